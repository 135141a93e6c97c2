"""Telling people that something is wrong: a JSON document to an address, and a mail.

Both carry the same; neither names a person or a case. A mail server is spoken to in a thread,
with one time limit for everything.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage

import aiohttp

from hub.core.errors import Unavailable
from hub.core.settings import Alerts

TIMEOUT_S = 20.0
"""Monitoring that answers later is away."""


async def post(url: str, document: Mapping[str, object]) -> None:
    """Post a JSON document.

    Raises:
        Unavailable: it was not taken.
    """
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, json=document, allow_redirects=False) as answer,
        ):
            taken = answer.status in range(200, 300)
    except (aiohttp.ClientError, TimeoutError) as exc:
        raise _unsent("webhook") from exc
    if not taken:
        raise _unsent("webhook")


async def mail(rules: Alerts, password: str, subject: str, lines: Sequence[str]) -> None:
    """Send a mail to everybody the settings name.

    Raises:
        Unavailable: the mail server did not take it.
    """
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = rules.mail_from
    message["To"] = ", ".join(rules.mail_to)
    message.set_content("\n".join(lines))
    try:
        await asyncio.to_thread(_send, rules, password, message)
    except (OSError, smtplib.SMTPException) as exc:
        raise _unsent("mail") from exc


def _send(rules: Alerts, password: str, message: EmailMessage) -> None:
    with smtplib.SMTP(rules.smtp_host, rules.smtp_port, timeout=TIMEOUT_S) as server:
        if rules.smtp_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if rules.smtp_user:
            server.login(rules.smtp_user, password)
        server.send_message(message)


def _unsent(way: str) -> Unavailable:
    return Unavailable(
        "alert_unsent",
        "Eine Störungsmeldung ging nicht hinaus; sie wird erneut versucht.",
        place=way,
        remedy="Adressen unter [alerts] und die Erreichbarkeit dort prüfen.",
    )
