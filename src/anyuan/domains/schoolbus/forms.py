"""What people write of routes, riders, trips and inspections."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.domains.schoolbus.models import (
    Bus,
    BusAttendant,
    BusDriver,
    BusRoute,
    BusSharing,
    Direction,
    IncidentKind,
    TripState,
)
from anyuan.domains.schoolbus.queries import choosable, permitted_sharings
from anyuan.domains.schoolbus.services.riders import Pupil
from anyuan.domains.schoolbus.services.routes import Halt
from anyuan.domains.schoolbus.services.trips import Crew
from anyuan.org.actor import Actor

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
WEEKDAYS = [(str(n), f"周{word}") for n, word in enumerate("一二三四五六日", start=1)]
EMPTY_STOPS = 6
SPLIT = re.compile(r"[\t,，;；]+|\s{1,}")


class CrewPart(forms.Form):
    """Bus, driver and attendant out of the school's registers."""

    bus: Any = forms.ModelChoiceField(Bus.raw.none(), label=_("校车"), required=False)
    driver: Any = forms.ModelChoiceField(BusDriver.raw.none(), label=_("驾驶人"), required=False)
    attendant: Any = forms.ModelChoiceField(
        BusAttendant.raw.none(), label=_("照管员"), required=False
    )

    def offer(self, by: Actor, unit_key: str) -> None:
        for name, model in (("bus", Bus), ("driver", BusDriver), ("attendant", BusAttendant)):
            self.fields[name].queryset = choosable(model, by, unit_key)  # type: ignore[attr-defined]
            self.fields[name].empty_label = _("请选择")  # type: ignore[attr-defined]


class RouteForm(OnceForm, CrewPart):
    name = forms.CharField(label=_("线路名称"), max_length=40)
    direction = forms.ChoiceField(label=_("方向"), choices=Direction.choices)
    weekdays = forms.MultipleChoiceField(
        label=_("开行日"), choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple,
        initial=["1", "2", "3", "4", "5"],
    )  # fmt: skip
    approval_no = forms.CharField(label=_("线路批准文号"), max_length=40, required=False)
    approved_until = forms.DateField(label=_("批准有效期至"), widget=DATE, required=False)
    length_km = forms.DecimalField(
        label=_("里程（公里）"), min_value=0, max_value=999, decimal_places=1, max_digits=5, required=False
    )  # fmt: skip
    expressway = forms.BooleanField(label=_("经过高速公路"), required=False)
    field_order = ["name", "direction", "weekdays", "bus", "driver", "attendant"]

    def __init__(self, *args: Any, by: Actor, unit_key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(by, unit_key)
        self.fields["bus"].help_text = _("平时由谁开、谁照管；安排每天的趟次时自动带出，可以临时更换。")  # fmt: skip

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "form_id"}


class StopForm(forms.Form):
    """A point of a route; an emptied line is left out."""

    pk = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("站点"), max_length=40, required=False)
    at = forms.TimeField(label=_("时间"), widget=TIME, required=False)
    lon = forms.DecimalField(
        label=_("经度"), min_value=-180, max_value=180, max_digits=9, decimal_places=6, required=False
    )  # fmt: skip
    lat = forms.DecimalField(
        label=_("纬度"), min_value=-90, max_value=90, max_digits=9, decimal_places=6, required=False
    )  # fmt: skip
    passing = forms.BooleanField(label=_("只经过"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        written = any(found.get(name) is not None for name in ("at", "lon", "lat"))
        if written and not found.get("name"):
            self.add_error("name", _("请填写站点名称。"))
        return found

    def halt(self) -> Halt:
        facts = self.cleaned_data
        return Halt(facts["name"], facts["at"], facts["lon"], facts["lat"], facts["passing"], facts["pk"])  # fmt: skip


StopForms = forms.formset_factory(StopForm, extra=EMPTY_STOPS, max_num=46, absolute_max=60)


def stop_forms(data: Any, route: BusRoute | None) -> Any:
    """The points of a route to be written, with some empty lines below."""
    initial = [
        {"pk": s.pk, "name": s.name, "at": s.at, "lon": s.lon, "lat": s.lat, "passing": s.passing}
        for s in (route.stops.all() if route else ())
    ]
    return StopForms(data, prefix="stops", initial=initial)


class RidersForm(forms.Form):
    lines = forms.CharField(
        label=_("学生名单"), max_length=20000,
        widget=forms.Textarea(attrs={"rows": 6, "placeholder": "2026001　王小明　王建国　13800000000　湖塘桥"}),
        help_text=_("每行一人：学号、姓名、监护人、监护人电话、站点，用空格分开；可以从 Excel 里整块复制过来。学号用学校自编的，不要用身份证号。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def pupils(self) -> list[Pupil]:
        """One for each line that says something; a cell left empty in Excel stays empty."""
        found = []
        for line, text in enumerate(self.cleaned_data["lines"].splitlines(), start=1):
            if not text.strip():
                continue
            parts = text.split("\t") if "\t" in text else SPLIT.split(text.strip())
            cells = [" ".join(part.split()) for part in parts] + [""] * 5
            found.append(Pupil(line, *cells[:5]))
        return found


class TripForm(OnceForm, CrewPart):
    """A trip by hand, or another crew for one that is planned."""

    day = forms.DateField(label=_("日期"), widget=DATE, initial=timezone.localdate)
    turn = forms.IntegerField(label=_("第几趟"), min_value=1, max_value=9, initial=1)
    sharing: Any = forms.ModelChoiceField(
        BusSharing.objects.none(), label=_("使用外校共享校车"), required=False,
        help_text=_("选择后，不用再选本校的校车和驾驶人。"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, by: Actor, unit_key: str, day: datetime.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer(by, unit_key)
        shared = permitted_sharings(unit_key, day)
        self.fields["sharing"].queryset = shared  # type: ignore[attr-defined]
        self.fields["sharing"].empty_label = _("不使用")  # type: ignore[attr-defined]
        if not shared.exists():
            del self.fields["sharing"]

    def crew(self) -> Crew:
        facts = self.cleaned_data
        return Crew(facts["attendant"], facts["bus"], facts["driver"], facts.get("sharing"))


class EndForm(forms.Form):
    walked = forms.BooleanField(
        label=_("我已从车头走到车尾，逐座查看（含座位下面），车上没有学生"), required=False
    )
    files = FilesField(label=_("清车照片（可不传）"), required=False)  # type: ignore[assignment]
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs.update({"accept": "image/*", "multiple": True})
        dress(self)


class InspectionForm(OnceForm):
    on = forms.DateField(label=_("检验日期"), widget=DATE, initial=timezone.localdate)
    until = forms.DateField(label=_("检验有效期至"), widget=DATE)
    buses: Any = forms.ModelMultipleChoiceField(
        Bus.raw.none(), label=_("检验合格的校车"), widget=forms.CheckboxSelectMultiple
    )
    station = forms.CharField(label=_("检验机构"), max_length=60, required=False)
    note = forms.CharField(label=_("备注"), max_length=200, required=False)
    files = FilesField(label=_("检验合格凭证照片"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, by: Actor, unit_key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["buses"].queryset = choosable(Bus, by, unit_key)  # type: ignore[attr-defined]
        self.fields["files"].widget.attrs.update({"accept": "image/*", "multiple": True})


class TripFilter(forms.Form):
    day = forms.DateField(widget=DATE, required=False)
    state = forms.ChoiceField(choices=[("", _("全部状态")), *TripState.choices], required=False)
    unit = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class IncidentForm(OnceForm):
    kind = forms.ChoiceField(label=_("类型"), choices=[("", _("请选择")), *IncidentKind.choices])
    text = forms.CharField(
        label=_("经过"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写清时间、地点、经过；不写学生姓名，只写人数和年级。"),
    )  # fmt: skip
    place = forms.CharField(label=_("地点"), max_length=60, required=False)
    handling = forms.CharField(
        label=_("现场处置"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    injured = forms.IntegerField(label=_("受伤人数"), min_value=0, max_value=99, initial=0)
    to_hazard = forms.BooleanField(
        label=_("转为隐患，跟踪整改"), required=False,
        help_text=_("交通事故、车辆故障、险些遗留学生一律转为隐患。"),
    )  # fmt: skip
    files = FilesField(label=_("照片"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs.update({"accept": "image/*", "multiple": True})


class PositionsForm(forms.Form):
    file = forms.FileField(
        label=_("定位平台导出的 CSV 文件"),
        help_text=_("第一行是列名：车牌号、时间、经度、纬度、速度。坐标系为 WGS-84，速度单位公里/时。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".csv,.txt"
        dress(self)
