"""All permissions, and which post has which: the one place.

A permission is named `<thing>.<verb>`. What a post may do is its permissions within its unit's subtree;
nothing else grants anything.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models


class Permission(StrEnum):
    ALERT_SEND = "alert.send"  # alert people of one's own unit and below
    APPRAISAL_ANSWER = "appraisal.answer"  # give evidence, object, read one's own result
    APPRAISAL_MANAGE = "appraisal.manage"  # schemes, scores, decisions on objections
    ASSESSMENT_MANAGE = "assessment.manage"  # hire an assessor, limit their view, take the report
    ASSESSMENT_WRITE = "assessment.write"  # an invited assessor's findings and report
    AUDIT_READ = "audit.read"
    BOARD_READ = "board.read"
    BUS_CONSENT = "bus.consent"  # an education office's word on a bus that is shared
    BUS_RIDE = "bus.ride"  # see and keep the list of a trip
    BUS_WRITE = "bus.write"
    CAMPAIGN_MANAGE = "campaign.manage"  # launch, check those below, draw samples, sum up
    CAMPAIGN_WRITE = "campaign.write"  # self-check, tasks, weekly progress of one's own unit
    CHECKLIST_MANAGE = "checklist.manage"
    DRILL_APPROVE = "drill.approve"  # the head's word before a drill is held
    DRILL_WRITE = "drill.write"
    DUTY_WRITE = "duty.write"  # who answers for what: the network and lists of duties
    EXPORT_RUN = "export.run"
    FILING_CORRECT = "filing.correct"  # others' filings of one's own unit
    FILING_WRITE = "filing.write"
    GATE_DESK = "gate.desk"  # register, let in and out
    GATE_HOST = "gate.host"  # book and agree to visits, send pupils home early
    GATE_MANAGE = "gate.manage"
    GATE_READ = "gate.read"  # names at the gate: only within the school
    HAZARD_ASSIGN = "hazard.assign"
    HAZARD_GRADE = "hazard.grade"
    HAZARD_LIST = "hazard.list_for_supervision"
    HAZARD_READ = "hazard.read"
    HAZARD_RECTIFY = "hazard.rectify"
    HAZARD_REPORT = "hazard.report"
    HAZARD_VERIFY = "hazard.verify"
    INCIDENT_MANAGE = "incident.manage"  # progress, tasks, level, closing
    INCIDENT_READ = "incident.read"
    INCIDENT_REPORT = "incident.report"
    INCIDENT_UNSEAL = "incident.unseal"  # names of the injured; each reading is logged
    INSPECTION_READ = "inspection.read"
    INSPECTION_SUPERVISE = "inspection.supervise"
    INSPECTION_WRITE = "inspection.write"
    LEDGER_READ = "ledger.read"
    LEDGER_UNSEAL = "ledger.unseal"  # read the sealed columns; each reading is logged
    LEDGER_WRITE = "ledger.write"
    LETTER_ISSUE = "letter.issue"  # responsibility letters to those right below
    LETTER_SIGN = "letter.sign"  # as the holder of one's own post
    MEETING_WRITE = "meeting.write"  # meetings on safety, leaders' inspections
    OBLIGATION_READ = "obligation.read"
    OBLIGATION_WAIVE = "obligation.waive"
    PERSON_MANAGE = "person.manage"
    PLAN_REVIEW = "plan.review"  # sign at one's own level, return with comments
    PLAN_WRITE = "plan.write"
    POLICY_MANAGE = "policy.manage"
    POLICY_READ = "policy.read"
    RECORD_READ = "record.read"
    REGULATION_WRITE = "regulation.write"  # rules and regulations of one's own unit
    RISK_CHECK = "risk.check"  # look after a control
    RISK_CONFIRM = "risk.confirm"  # red and orange points of those below
    RISK_WRITE = "risk.write"
    ROLLCALL_RUN = "rollcall.run"  # start, follow and end a roll call; classes and their pupils
    ROLLCALL_TAKE = "rollcall.take"
    SECURITY_MANAGE = "security.manage"  # send to repair, accept, check against the standard
    SECURITY_REPORT = "security.report"  # the month's round, faults
    SUPERVISION_WRITE = "supervision.write"  # plan visits, findings, follow-up
    TARGET_MANAGE = "target.manage"
    TOKEN_MANAGE = "token.manage"  # noqa: S105 -- a permission's name
    TRACE_ANSWER = "trace.answer"  # read and object to a finding on one's own unit
    TRACE_RUN = "trace.run"  # look back from an incident at who answered for what
    UNIT_MANAGE = "unit.manage"
    UNIT_READ = "unit.read"
    UNIT_RANK = "unit.rank"  # see the units below in order of their rates
    WARNING_ANSWER = "warning.answer"
    WARNING_MANAGE = "warning.manage"  # bring in, decide, end


# What a token may do, in words; in the order in which they are offered.
LABELS: dict[Permission, str] = {
    Permission.UNIT_READ: "查看单位",
    Permission.POLICY_READ: "查看工作要点",
    Permission.BOARD_READ: "查看看板和指标",
    Permission.UNIT_RANK: "查看下级单位的排序",
    Permission.OBLIGATION_READ: "查看任务",
    Permission.RECORD_READ: "查看工作记录",
    Permission.INSPECTION_READ: "查看检查",
    Permission.HAZARD_READ: "查看隐患",
    Permission.LEDGER_READ: "查看台账",
    Permission.LEDGER_WRITE: "登记台账",
    Permission.LEDGER_UNSEAL: "查看台账中的手机号等敏感信息",
    Permission.SECURITY_REPORT: "安防月检和报修",
    Permission.SECURITY_MANAGE: "安防派修、验收和达标评估",
    Permission.AUDIT_READ: "查看审计记录",
    Permission.FILING_WRITE: "填报工作记录",
    Permission.FILING_CORRECT: "更正本单位他人的工作记录",
    Permission.INSPECTION_WRITE: "提交检查",
    Permission.INSPECTION_SUPERVISE: "监督抽查",
    Permission.DRILL_WRITE: "记录演练",
    Permission.DRILL_APPROVE: "批准演练",
    Permission.PLAN_WRITE: "编写预案",
    Permission.PLAN_REVIEW: "审核预案",
    Permission.WARNING_ANSWER: "确认预警和反馈措施",
    Permission.WARNING_MANAGE: "接收、发布和解除预警",
    Permission.INCIDENT_READ: "查看突发事件",
    Permission.INCIDENT_REPORT: "报告突发事件",
    Permission.INCIDENT_MANAGE: "处置突发事件",
    Permission.INCIDENT_UNSEAL: "查看突发事件中伤者的姓名",
    Permission.ALERT_SEND: "群发紧急通知",
    Permission.DUTY_WRITE: "维护责任网络和责任清单",
    Permission.LETTER_ISSUE: "下发安全责任书",
    Permission.LETTER_SIGN: "签订安全责任书",
    Permission.MEETING_WRITE: "记录安全会议和领导检查",
    Permission.REGULATION_WRITE: "维护规章制度",
    Permission.SUPERVISION_WRITE: "安排督查和跟踪整改",
    Permission.APPRAISAL_ANSWER: "提交考核材料和申诉",
    Permission.APPRAISAL_MANAGE: "组织考核",
    Permission.RISK_CHECK: "检查风险管控措施",
    Permission.RISK_WRITE: "辨识和评估风险",
    Permission.RISK_CONFIRM: "审核重大和较大风险",
    Permission.ASSESSMENT_MANAGE: "委托第三方安全评估",
    Permission.ASSESSMENT_WRITE: "提交评估发现和报告",
    Permission.TRACE_ANSWER: "查看和申辩责任倒查意见",
    Permission.TRACE_RUN: "组织责任倒查",
    Permission.CAMPAIGN_WRITE: "填报专项整治",
    Permission.CAMPAIGN_MANAGE: "组织专项整治",
    Permission.ROLLCALL_TAKE: "清点人数",
    Permission.ROLLCALL_RUN: "发起清点和管理班级名单",
    Permission.BUS_RIDE: "校车点名和清车",
    Permission.BUS_WRITE: "管理校车线路、趟次和共享",
    Permission.BUS_CONSENT: "审核校车跨区共享",
    Permission.GATE_READ: "查看门卫登记",
    Permission.GATE_DESK: "门卫登记和放行",
    Permission.GATE_HOST: "预约和确认来访、学生离校",
    Permission.GATE_MANAGE: "设置门卫",
    Permission.HAZARD_REPORT: "上报隐患",
    Permission.HAZARD_GRADE: "核实定级隐患",
    Permission.HAZARD_ASSIGN: "交办隐患",
    Permission.HAZARD_RECTIFY: "提交整改",
    Permission.HAZARD_VERIFY: "复查销号",
    Permission.HAZARD_LIST: "挂牌督办",
    Permission.OBLIGATION_WAIVE: "免除任务",
    Permission.TARGET_MANAGE: "设定目标",
    Permission.EXPORT_RUN: "导出",
    Permission.CHECKLIST_MANAGE: "管理检查表",
    Permission.POLICY_MANAGE: "载入工作要点",
    Permission.UNIT_MANAGE: "管理单位",
    Permission.PERSON_MANAGE: "管理人员",
    Permission.TOKEN_MANAGE: "管理接口令牌",
}


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", "系统管理员"
    BUREAU_SUPERVISOR = "bureau_supervisor", "市教育局安全管理员"
    DISTRICT_SUPERVISOR = "district_supervisor", "辖市区安全管理员"
    PRINCIPAL = "principal", "校（园）长"
    SAFETY_OFFICER = "safety_officer", "学校安全干部"
    TEACHER = "teacher", "教师"
    GUARD = "guard", "保安员"
    ASSESSOR = "assessor", "评估人员"
    AUDITOR = "auditor", "审计人员"


P = Permission
_READ = {
    P.BOARD_READ,
    P.HAZARD_READ,
    P.INCIDENT_READ,
    P.INSPECTION_READ,
    P.LEDGER_READ,
    P.OBLIGATION_READ,
    P.POLICY_READ,
    P.RECORD_READ,
    P.UNIT_READ,
}
_STAFF = {
    P.BUS_RIDE,
    P.FILING_WRITE,
    P.GATE_HOST,
    P.GATE_READ,
    P.HAZARD_READ,
    P.HAZARD_RECTIFY,
    P.HAZARD_REPORT,
    P.INCIDENT_REPORT,
    P.INSPECTION_READ,
    P.INSPECTION_WRITE,
    P.LEDGER_READ,
    P.LETTER_SIGN,
    P.OBLIGATION_READ,
    P.POLICY_READ,
    P.RECORD_READ,
    P.RISK_CHECK,
    P.ROLLCALL_TAKE,
    P.SECURITY_REPORT,
    P.UNIT_READ,
}
_SCHOOL = (
    _READ
    | _STAFF
    | {
        P.ALERT_SEND,
        P.APPRAISAL_ANSWER,
        P.ASSESSMENT_MANAGE,
        P.BUS_WRITE,
        P.CAMPAIGN_WRITE,
        P.DRILL_WRITE,
        P.DUTY_WRITE,
        P.EXPORT_RUN,
        P.FILING_CORRECT,
        P.GATE_DESK,
        P.GATE_MANAGE,
        P.HAZARD_ASSIGN,
        P.HAZARD_GRADE,
        P.HAZARD_VERIFY,
        P.INCIDENT_MANAGE,
        P.INCIDENT_UNSEAL,
        P.LEDGER_UNSEAL,
        P.LEDGER_WRITE,
        P.LETTER_ISSUE,
        P.MEETING_WRITE,
        P.PERSON_MANAGE,
        P.PLAN_REVIEW,
        P.PLAN_WRITE,
        P.REGULATION_WRITE,
        P.RISK_WRITE,
        P.ROLLCALL_RUN,
        P.SECURITY_MANAGE,
        P.TOKEN_MANAGE,
        P.TRACE_ANSWER,
        P.WARNING_ANSWER,
    }
)
_SUPERVISOR = _READ | {
    P.ALERT_SEND,
    P.APPRAISAL_ANSWER,
    P.APPRAISAL_MANAGE,
    P.ASSESSMENT_MANAGE,
    P.AUDIT_READ,
    P.BUS_CONSENT,
    P.CAMPAIGN_MANAGE,
    P.CAMPAIGN_WRITE,
    P.DRILL_WRITE,
    P.DUTY_WRITE,
    P.EXPORT_RUN,
    P.FILING_CORRECT,
    P.FILING_WRITE,
    P.HAZARD_ASSIGN,
    P.HAZARD_GRADE,
    P.HAZARD_LIST,
    P.HAZARD_REPORT,
    P.HAZARD_VERIFY,
    P.INCIDENT_MANAGE,
    P.INCIDENT_REPORT,
    P.INCIDENT_UNSEAL,
    P.INSPECTION_SUPERVISE,
    P.INSPECTION_WRITE,
    P.LEDGER_UNSEAL,
    P.LEDGER_WRITE,
    P.LETTER_ISSUE,
    P.LETTER_SIGN,
    P.MEETING_WRITE,
    P.OBLIGATION_WAIVE,
    P.PERSON_MANAGE,
    P.PLAN_REVIEW,
    P.PLAN_WRITE,
    P.REGULATION_WRITE,
    P.RISK_CONFIRM,
    P.ROLLCALL_RUN,
    P.SUPERVISION_WRITE,
    P.TARGET_MANAGE,
    P.TOKEN_MANAGE,
    P.TRACE_ANSWER,
    P.TRACE_RUN,
    P.UNIT_MANAGE,
    P.UNIT_RANK,
    P.WARNING_MANAGE,
}
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(
        {P.UNIT_READ, P.UNIT_MANAGE, P.PERSON_MANAGE, P.TOKEN_MANAGE, P.POLICY_READ}
    ),
    Role.BUREAU_SUPERVISOR: frozenset(_SUPERVISOR | {P.CHECKLIST_MANAGE, P.POLICY_MANAGE}),
    Role.DISTRICT_SUPERVISOR: frozenset(_SUPERVISOR),
    Role.PRINCIPAL: frozenset(_SCHOOL | {P.DRILL_APPROVE}),
    Role.SAFETY_OFFICER: frozenset(_SCHOOL),
    Role.TEACHER: frozenset(_STAFF),
    Role.GUARD: frozenset(_STAFF | {P.GATE_DESK}),
    Role.ASSESSOR: frozenset(
        {
            P.ASSESSMENT_WRITE,
            P.INSPECTION_READ,
            P.RECORD_READ,
            P.HAZARD_READ,
            P.LEDGER_READ,
            P.UNIT_READ,
            P.POLICY_READ,
        }
    ),
    Role.AUDITOR: frozenset(_READ | {P.AUDIT_READ}),
}
# Posts that exist at each kind of unit (org.Unit.Kind).
ROLES_AT = {
    "city": [Role.ADMINISTRATOR, Role.BUREAU_SUPERVISOR, Role.AUDITOR, Role.ASSESSOR],
    "district": [Role.DISTRICT_SUPERVISOR, Role.AUDITOR, Role.ASSESSOR],
    "school": [Role.PRINCIPAL, Role.SAFETY_OFFICER, Role.TEACHER, Role.GUARD, Role.ASSESSOR],
    "campus": [Role.PRINCIPAL, Role.SAFETY_OFFICER, Role.TEACHER, Role.GUARD, Role.ASSESSOR],
}
# What one may hand on without having it: a supervisor appoints the people who do the work at a school,
# a district's auditor and assessor.
HANDED_ON = (
    GRANTS[Role.PRINCIPAL]
    | GRANTS[Role.SAFETY_OFFICER]
    | GRANTS[Role.AUDITOR]
    | GRANTS[Role.ASSESSOR]
)
