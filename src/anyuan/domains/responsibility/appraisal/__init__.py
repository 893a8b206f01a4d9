"""Appraisal 考核 (point 2): a scheme as data, scores from evidence, objection, final result.

Words: scheme 考核方案 (items, full score, veto 一票否决, grades 等次), round 考核批次, result 考核结果 of one unit; a score
comes from evidence (facts of indicators), from reviewers, or by deduction; objection 申诉, decided by another person.
"""
