"""The register's HTTPS endpoint: one POST per message, client certificate required.

200 carries a message of the register; 400, 403 and 503 carry one German line. Faults on demand:
the first N requests are answered 503, one chosen request is processed but never answered.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from hub.simulators.azr.document import Invalid, parse
from hub.simulators.azr.register import Register
from hub.simulators.azr.request import Request, read_request

CONTENT_TYPE = "application/xml"
CHARSET = "utf-8"
RETRY_AFTER_SECONDS = 1


@dataclass(frozen=True)
class Admission:
    """Who may ask: subject CN per authority, serial numbers no longer good, own address."""

    authorities: dict[str, str]
    revoked: frozenset[str]
    address: str


@dataclass
class Trouble:
    """Faults on demand; counters go down with every request."""

    unavailable: int = 0
    drop_answer: int = 0


class Denied(Exception):
    """Das Clientzertifikat berechtigt nicht zu dieser Nachricht."""


class Endpoint:
    """Takes messages over HTTP and hands them to the register."""

    def __init__(self, register: Register, admission: Admission, trouble: Trouble) -> None:
        self._register = register
        self._admission = admission
        self._trouble = trouble

    def application(self) -> web.Application:
        """The web application: every path, POST only."""
        app = web.Application()
        app.router.add_post("/{path:.*}", self.take)
        return app

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer one message."""
        if self._trouble.unavailable > 0:
            self._trouble.unavailable -= 1
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            return _line(503, "vorübergehend geschlossen", headers)
        raw = await request.read()
        try:
            response = self._answer(request, raw)
        except Denied as denied:
            return _line(403, str(denied))
        except Invalid as fault:
            return _line(400, str(fault))
        self._trouble.drop_answer -= 1
        if self._trouble.drop_answer == 0 and request.transport is not None:
            print("azr: Antwort unterdrückt, Verbindung getrennt", flush=True)
            request.transport.abort()
        return response

    def _answer(self, http: web.Request, raw: bytes) -> web.Response:
        authorities = self._authorities(http)
        _check_media_type(http)
        message = read_request(parse(raw))
        self._check_message(message, authorities)
        if http.headers.get("Idempotency-Key", "").lower() != message.head.message_id:
            raise Invalid("Idempotency-Key ist nicht die nachrichtenUUID")
        answer = self._register.process(message, raw)
        print(f"azr: {message.head.authority}: {message.head.kind} -> {answer.kind}", flush=True)
        return web.Response(body=answer.content, content_type=CONTENT_TYPE, charset=CHARSET)

    def _authorities(self, http: web.Request) -> frozenset[str]:
        certificate = http.get_extra_info("peercert") or {}
        names = {value for part in certificate.get("subject", ()) for key, value in part
                 if key == "commonName"}  # fmt: skip
        granted = {key for key, name in self._admission.authorities.items() if name in names}
        if not granted:
            raise Denied("Zertifikat ist keiner Behörde zugeordnet")
        if certificate.get("serialNumber", "").lower().lstrip("0") in self._admission.revoked:
            raise Denied("Zertifikat ist gesperrt")
        return frozenset(granted)

    def _check_message(self, message: Request, authorities: frozenset[str]) -> None:
        if message.head.authority not in authorities:
            raise Denied("Zertifikat gehört einer anderen Behörde als die Nachricht")
        if message.head.reader != self._admission.address:
            raise Invalid(f"leser/kennung ist nicht {self._admission.address}")


def tls_context(certificate: Path, key: Path, client_ca: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer; no connection without a certificate of the given CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(client_ca)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _check_media_type(http: web.Request) -> None:
    if (http.content_type, (http.charset or "").lower()) != (CONTENT_TYPE, CHARSET):
        raise Invalid("Content-Type ist nicht application/xml; charset=utf-8")


def _line(status: int, text: str, headers: dict[str, str] | None = None) -> web.Response:
    print(f"azr: {status}: {text}", flush=True)
    return web.Response(status=status, text=text + "\n", headers=headers)
