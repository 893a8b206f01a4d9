"""A file sent for an import: checked first, then applied with a ticket, without being sent again."""

from __future__ import annotations

from django.core import signing
from django.utils.translation import gettext as _

from anyuan.core.files import held, hold
from anyuan.core.refused import Refused
from anyuan.core.workbooks import SIZE_LIMIT
from anyuan.org.middleware import AuthedRequest

KEPT_SECONDS = 3600


def sent_body(request: AuthedRequest, *, salt: str) -> tuple[bytes, str]:
    """The file's bytes, new or from the dry run, and the ticket for applying it."""
    if ticket := request.POST.get("ticket"):
        try:
            person, name = signing.loads(ticket, salt=salt, max_age=KEPT_SECONDS)
        except signing.BadSignature as error:
            raise Refused(_("检查结果已过期，请重新上传文件。")) from error
        body = held(name) if person == request.actor.person_id else None
        if body is None:
            raise Refused(_("检查结果已过期，请重新上传文件。"))
        return body, ticket
    chosen = request.FILES.get("file")
    if chosen is None:
        raise Refused(_("请选择填好的 Excel 文件。"))
    if (chosen.size or 0) > SIZE_LIMIT:
        raise Refused(_("文件超过 20 MB，请分成几个文件导入。"), field="file")
    body = chosen.read()
    return body, signing.dumps([request.actor.person_id, hold(body)], salt=salt)
