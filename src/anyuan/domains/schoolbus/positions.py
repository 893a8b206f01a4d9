"""A file of positions read line by line: plate, time, longitude, latitude, speed."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
from decimal import Decimal, InvalidOperation

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Refused

HEADS = {
    "plate": ("车牌号", "车牌", "号牌号码", "plate"),
    "at": ("时间", "定位时间", "gps时间", "time", "at"),
    "lon": ("经度", "lon", "lng", "longitude"),
    "lat": ("纬度", "lat", "latitude"),
    "speed": ("速度", "车速", "速度(km/h)", "speed"),
}
MOST_LINES = 100_000
SIZE_LIMIT = 20 * 1024 * 1024
TOLD = 5
FASTEST = 220
TIMES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
)


@dataclasses.dataclass(frozen=True)
class Reading:
    """One position; `at` aware, speed in km/h, WGS-84."""

    plate: str
    at: datetime.datetime
    lon: Decimal
    lat: Decimal
    speed: Decimal


def read_csv(body: bytes) -> list[Reading]:
    """Every line of a file. Errors: Refused naming the lines that cannot be read; nothing of it is kept."""
    if len(body) > SIZE_LIMIT:
        raise Refused(_("文件超过 20 MB，请按天分开导入。"), field="file")
    text = _text(body)
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text[:500] else ","))
    except csv.Error as error:
        raise Refused(_("这不是可以读取的 CSV 文件。"), field="file") from error
    if not lines:
        raise Refused(_("文件是空的。"), field="file")
    if len(lines) > MOST_LINES:
        raise Refused(
            _("一次最多导入 %(n)s 行，请按天分开导入。") % {"n": MOST_LINES}, field="file"
        )
    columns = _columns(lines[0])
    found, wrong = [], []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            found.append(_reading({name: cells[place] for name, place in columns.items()}))
        except IndexError:
            wrong.append(_("第 %(n)s 行缺少列") % {"n": number})
        except ValueError as error:
            wrong.append(_("第 %(n)s 行%(why)s") % {"n": number, "why": error})
    if wrong:
        more = _("，共 %(n)s 行有错") % {"n": len(wrong)} if len(wrong) > TOLD else ""
        raise Refused("；".join(wrong[:TOLD]) + more + _("。没有导入任何一行。"), field="file")
    if not found:
        raise Refused(_("文件里没有位置数据。"), field="file")
    return found


def _text(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(_("文件的文字编码不能识别，请另存为 UTF-8 的 CSV。"), field="file")


def _columns(head: list[str]) -> dict[str, int]:
    known = {"".join(cell.split()).lower(): place for place, cell in enumerate(head)}
    columns = {}
    for name, words in HEADS.items():
        place = next((known[word] for word in words if word in known), None)
        if place is None:
            raise Refused(
                _("第一行缺少“%(head)s”列。需要：车牌号、时间、经度、纬度、速度。") % {"head": words[0]}, field="file"
            )  # fmt: skip
        columns[name] = place
    return columns


def _reading(cells: dict[str, str]) -> Reading:
    """One line. Errors: ValueError with what is wrong in it."""
    plate = "".join(cells["plate"].split()).upper()
    if not plate or len(plate) > 10:
        raise ValueError(_("车牌号不正确"))
    return Reading(
        plate, time_of(cells["at"]), _number(cells["lon"], _("经度"), 180), _number(cells["lat"], _("纬度"), 90),
        _number(cells["speed"], _("速度"), FASTEST, least=0),
    )  # fmt: skip


def time_of(text: str) -> datetime.datetime:
    """A moment as positioning platforms write it, in local time."""
    for form in TIMES:
        try:
            naive = datetime.datetime.strptime(text.strip(), form)  # noqa: DTZ007 -- made aware below
        except ValueError:
            continue
        return timezone.make_aware(naive)
    raise ValueError(_("时间“%(text)s”不正确") % {"text": text[:20]})


def _number(text: str, name: str, most: int, least: int | None = None) -> Decimal:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not (-most if least is None else least) <= value <= most:
        raise ValueError(_("%(name)s“%(text)s”不正确") % {"name": name, "text": text[:20]})
    return round(value, 1 if least is not None else 6)
