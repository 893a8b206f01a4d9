"""E-mail by the installation's SMTP server."""

from __future__ import annotations

import contextlib
import smtplib
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email

from anyuan.engines.notices.channels.base import Message, Outcome, failed, one_line, sent


class Email:
    """Plain text, so that it reads alike everywhere; repeated sendings carry the same Message-ID."""

    key, label = "email", "电子邮件"

    def __init__(self) -> None:
        self._kept = threading.local()

    def ready(self) -> bool:
        return bool(settings.EMAIL_HOST)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """One connection for many mails of this thread; a broken one is opened anew."""
        self._kept.line = get_connection()
        try:
            yield
        finally:
            line, self._kept.line = self._kept.line, None
            with contextlib.suppress(smtplib.SMTPException, OSError):
                line.close()

    def send(self, address: str, message: Message) -> Outcome:
        if not self.ready():
            return failed("本系统没有设置邮件服务器。", retry=False)
        try:
            validate_email(address)
        except ValidationError:
            return failed("电子邮箱地址不正确。", retry=False)
        name = f"<{message.reference}@{urlsplit(settings.PUBLIC_URL).hostname or 'anyuan'}>"
        try:
            self._send(address, message, name)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            self._drop()
            return _outcome(error)
        return sent(name)

    def _send(self, address: str, message: Message, name: str) -> None:
        headers = {"Message-ID": name, "Auto-Submitted": "auto-generated"}
        if message.urgent:
            headers |= {"Importance": "high", "X-Priority": "1"}
        line = getattr(self._kept, "line", None)
        if line is not None:
            line.open()  # once: the backend closes after a mail only what it opened for it
        mail = EmailMessage(
            subject=("【紧急】" if message.urgent else "") + one_line(message.title),
            body=f"{message.text()}\n\n此邮件由安园自动发出，请不要直接回复。",
            to=[address],
            headers=headers,
            connection=line or get_connection(),
        )
        mail.send(fail_silently=False)

    def _drop(self) -> None:
        """After trouble the shared connection is of no use; the next mail opens it anew."""
        line: Any = getattr(self._kept, "line", None)
        if line is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                line.close()
            self._kept.line = get_connection()


def _outcome(error: Exception) -> Outcome:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [answer[0] for answer in error.recipients.values()]
        later = any(400 <= code < 500 for code in codes)
        return failed(
            "收信服务器暂时不接收。" if later else "这个电子邮箱不存在或拒收。", retry=later
        )
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return failed("邮件服务器不接受本系统的账号，请联系系统管理员。", retry=True)
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return failed("邮件服务器没有及时回应。", retry=True)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return failed("邮件服务器中断了连接。", retry=True)
    if isinstance(error, smtplib.SMTPResponseException):
        later = 400 <= error.smtp_code < 500
        return failed(f"邮件服务器没有接受（代码 {error.smtp_code}）。", retry=later)
    if isinstance(error, ValueError):
        return failed("邮件内容的格式不能发送。", retry=False)
    return failed("连接邮件服务器时出错。", retry=True)
