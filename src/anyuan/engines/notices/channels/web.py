"""One request to a peer outside, made so that nobody can turn the server against its own network.

JSON is posted by https to named hosts only; a file is fetched from any public host. Only public addresses
(looked up once, and that address is used), no redirects, a bound on time and size. Hosts that the operator
names in the settings may be inner ones: governments run robots, gateways and feeds of their own.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import certifi
from django.conf import settings

from anyuan.core.refused import Refused

LARGEST = 64 * 1024  # bytes of an answer that are read; the peers' own are below 1 KB
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Unreachable(Exception):
    """No answer that could be read; `sentence` is for people."""

    def __init__(self, sentence: str, *, retry: bool) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retry = retry


@dataclasses.dataclass(frozen=True)
class Answer:
    """The peer's status and its JSON ({} where it is none)."""

    status: int
    data: dict[str, Any]


def check_address(url: str, *, hosts: Collection[str], own: Collection[str] = ()) -> SplitResult:
    """Errors: Refused. An address that may be called: one of `hosts`, or of the operator's `own`."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused("这个地址不完整，请从群机器人页面重新复制。", field="url") from error
    plain = parts.scheme == "http" and settings.CHANNEL_PLAIN_HTTP and host in own
    if parts.scheme != "https" and not plain:
        raise Refused("地址应以 https:// 开头。", field="url")
    if parts.username or parts.password or any(ord(c) < 33 or ord(c) > 126 for c in url.strip()):
        raise Refused("地址中有不应有的字符，请从群机器人页面重新复制。", field="url")
    if host not in own and (host not in hosts or port not in {None, 443}):
        raise Refused("这不是该平台的机器人地址，请从群机器人页面重新复制。", field="url")
    return parts


def post_json(
    url: str,
    payload: Mapping[str, Any],
    *,
    hosts: Collection[str],
    own: Collection[str] = (),
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    """Errors: Unreachable. `body` is sent as it is where a signature was made over it."""
    try:
        parts = check_address(url, hosts=hosts, own=own)
    except Refused as refusal:
        raise Unreachable(refusal.sentence, retry=False) from refusal
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _look_up(host, port, inner=host in own)
    sent = body if body is not None else json.dumps(payload, ensure_ascii=False).encode()
    link = _Pinned(host, port, address=address, secure=parts.scheme == "https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Anyuan/1"}
    with _understood(link):
        with _within(link, settings.CHANNEL_DEADLINE):
            link.request("POST", path, body=sent, headers={**asked, **(headers or {})})
            answer = link.getresponse()
            raw = answer.read(LARGEST + 1)
        if link.overdue:  # what was read so far is no answer
            raise TimeoutError
    return _read(answer.status, raw)


@dataclasses.dataclass(frozen=True)
class Fetched:
    """What an address gave; `headers` by lower-case name."""

    status: int
    body: bytes
    headers: dict[str, str]


def check_public(url: str, *, own: Collection[str] = ()) -> SplitResult:
    """Errors: Refused. An address of the open web that may be fetched, or one of the operator's `own` hosts."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused("这个地址不完整，请核对。", field="url") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise Refused("地址应以 http:// 或 https:// 开头。", field="url")
    if parts.username or parts.password or any(ord(c) < 33 or ord(c) > 126 for c in url.strip()):
        raise Refused("地址中有不应有的字符，请核对。", field="url")
    if host not in own and port not in {None, 80, 443}:
        raise Refused("地址中不要写端口号。", field="url")
    return parts


def fetch(
    url: str, *, own: Collection[str] = (), headers: Mapping[str, str] | None = None, largest: int = LARGEST
) -> Fetched:  # fmt: skip
    """Get a file of the open web. Errors: Unreachable, also for a redirect and for more than `largest` bytes."""
    try:
        parts = check_public(url, own=own)
    except Refused as refusal:
        raise Unreachable(refusal.sentence, retry=False) from refusal
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _look_up(host, port, inner=host in own)
    link = _Pinned(host, port, address=address, secure=parts.scheme == "https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _understood(link):
        with _within(link, settings.CHANNEL_DEADLINE):
            link.request("GET", path, headers={"User-Agent": "Anyuan/1", **(headers or {})})
            answer = link.getresponse()
            raw = answer.read(largest + 1)
        if link.overdue:  # what was read so far is no answer
            raise TimeoutError
    if 300 <= answer.status < 400 and answer.status != http.client.NOT_MODIFIED:
        raise Unreachable("对方要求转到别的地址，没有继续读取。", retry=False)
    if len(raw) > largest:
        raise Unreachable("对方的文件过大，没有读取。", retry=False)
    return Fetched(answer.status, raw, {name.lower(): value for name, value in answer.getheaders()})


@contextlib.contextmanager
def _understood(link: _Pinned) -> Iterator[None]:
    """What goes wrong on the line, in words for people."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Unreachable("对方服务器的证书不可信，没有继续。", retry=True) from error
    except TimeoutError as error:
        raise Unreachable("对方服务器没有及时回应。", retry=True) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = "对方服务器没有及时回应。" if link.overdue else "连接对方服务器时中断。"
        raise Unreachable(late, retry=True) from error
    finally:
        link.close()


def _read(status: int, raw: bytes) -> Answer:
    if 300 <= status < 400:
        raise Unreachable("对方要求转到别的地址，没有继续发送。", retry=False)
    if len(raw) > LARGEST:
        raise Unreachable("对方的回应过长，不能识别。", retry=False)
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = {}
    return Answer(status, data if isinstance(data, dict) else {})


def _look_up(host: str, port: int, *, inner: bool) -> str:
    """The address to connect to. All that the name stands for must be public, but for `inner` hosts."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("找不到对方服务器，请检查本系统的网络。", retry=True) from error
    addresses = [str(one[4][0]) for one in found]
    if not inner and not all(is_public(one) for one in addresses):
        raise Unreachable("对方地址指向内部网络，没有连接。", retry=False)
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address lies outside, also behind the ways in which IPv6 wraps IPv4."""
    try:
        one = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(one, ipaddress.IPv6Address):
        inside = one.ipv4_mapped or one.sixtofour or (one.teredo[1] if one.teredo else None)
        if inside is None and one in NAT64:
            inside = ipaddress.IPv4Address(int(one) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
    return one.is_global and not one.is_multicast


class _Pinned(http.client.HTTPConnection):
    """A connection to `address` that names and proves `host`."""

    def __init__(self, host: str, port: int, *, address: str, secure: bool) -> None:
        super().__init__(host, port, timeout=settings.CHANNEL_TIMEOUT)
        self.address = address
        self.secure = secure
        self.overdue = False
        self.line: socket.socket | None = None  # kept: the answer takes `sock` over
        self.default_port = 443 if secure else 80

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), self.timeout)
        if self.secure:
            self.sock = _trust().wrap_socket(self.sock, server_hostname=self.host)
        self.line = self.sock


@functools.cache
def _trust() -> ssl.SSLContext:
    """The machine's certificates and the shipped ones: a slim container has none of its own."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextlib.contextmanager
def _within(link: _Pinned, seconds: float) -> Iterator[None]:
    """Cut the line after `seconds` in all: a peer that sends a byte now and then holds nobody up."""

    def cut() -> None:
        link.overdue = True
        if link.line is not None:
            with contextlib.suppress(OSError):
                link.line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
