"""Every address of the staff pages with its rights; there is no other way to add one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hub.web import policy
from hub.web.pages import (
    akte,
    akten,
    audit,
    bulk,
    clearing,
    content,
    correction,
    holding,
    messages,
    operations,
)
from hub.web.pages.administration import routes as administration
from hub.web.pages.casework import routes as casework
from hub.web.pages.disposal import routes as disposal
from hub.web.pages.entry import confirming, federated, signin
from hub.web.pages.entry import routes as entry
from hub.web.pages.files import contents, exports, handover_routes, proof_package, retention
from hub.web.pages.inspection import routes as inspection
from hub.web.pages.viewer import comparing, document, parts, pdfa, scripts
from hub.web.policy import Policy, Route

PUBLIC: Final = Policy(public=True)
_SIGN_IN: Final = Policy(
    action="signed_in", object_kind="account", purpose="Anmeldung", public=True
)
_CASEWORK: Final = "Fallbearbeitung"
_OPERATION: Final = "Betrieb der Schnittstellen"
_KEEPING: Final = "Aufbewahrung"
_CONTROL: Final = "Datenschutzkontrolle"


def _file(action: str, object_kind: str) -> Policy:
    """Social data of one office, for those who work on its cases."""
    return Policy(
        action=action,
        object_kind=object_kind,
        purpose=_CASEWORK,
        roles=policy.FILE_READERS,
        office_only=True,
    )


def _content(action: str, object_kind: str) -> Policy:
    """What those who work on an office's cases do with the content of its messages."""
    return replace(_file(action, object_kind), csrf=True)


def _leaving(rules: Policy) -> Policy:
    """Let a whole file out of the house: only for somebody who has just proved who they are."""
    return replace(rules, fresh=True)


def _keeping(action: str, *, csrf: bool = False) -> Policy:
    """What decides how long a file is kept."""
    return replace(_file(action, "akte"), purpose=_KEEPING, csrf=csrf)


def _operating(action: str, object_kind: str) -> Policy:
    """Metadata for those who run the interfaces."""
    return Policy(
        action=action, object_kind=object_kind, purpose=_OPERATION, roles=policy.ADMINISTRATORS
    )


def _clerks(action: str, object_kind: str, *, csrf: bool = False) -> Policy:
    return Policy(
        action=action,
        object_kind=object_kind,
        purpose="Klärung",
        roles=policy.CLERKS,
        csrf=csrf,
    )


def _auditing(action: str) -> Policy:
    return Policy(action=action, object_kind="access_log", purpose=_CONTROL, roles=policy.AUDITORS)


def _own(action: str, *, csrf: bool = False) -> Policy:
    """Whatever a person does with their own account."""
    return Policy(
        action=action,
        object_kind="account",
        purpose="Eigenes Konto",
        roles=policy.EVERYBODY,
        csrf=csrf,
    )


_PROOF_PACKAGE: Final = "/akten/{akte}/beweispaket"
_RETENTION: Final = "/akten/{akte}/aufbewahrung"
_DOCUMENT: Final = "/akten/{akte}/dokumente/{document}"

ROUTES: Final = (
    Route("GET", "/static/{name}", "static", operations.static, PUBLIC),
    Route("GET", "/static/viewer/{version}/{name}", "viewer-script", scripts.module, PUBLIC),
    Route("GET", "/static/pdfjs/{version}/{room}/{name}", "pdfjs", scripts.pdfjs, PUBLIC),
    Route("GET", "/anmelden", "signin-form", signin.show, PUBLIC),
    Route("POST", "/anmelden", "signin", signin.sign_in, _SIGN_IN),
    Route("GET", "/anmelden/konto", "federation", federated.leave, PUBLIC),
    Route("GET", "/anmelden/konto/zurueck", "federation-back", federated.come_back, _SIGN_IN),
    Route(
        "POST", "/anmelden/konto/ende", "federation-end", federated.end,
        Policy(
            action="sessions_ended", object_kind="account", purpose="Anmeldung", public=True,
            from_elsewhere=True,
        ),
    ),
    Route("GET", "/bestaetigen", "confirm-form", confirming.show, _own("confirmation_asked")),
    Route(
        "POST", "/bestaetigen", "confirm", confirming.confirm, _own("identity_confirmed", csrf=True)
    ),
    *entry.ROUTES,
    Route("POST", "/abmelden", "signout", signin.sign_out, _own("signed_out", csrf=True)),
    Route("GET", "/passwort", "password-form", signin.show_password, _own("help_viewed")),
    Route(
        "POST", "/passwort", "password", signin.set_password, _own("password_changed", csrf=True)
    ),
    Route("GET", "/", "start", signin.start, _own("start_viewed")),
    Route("GET", "/hilfe", "help", operations.help_page, _own("help_viewed")),
    Route(
        "POST", "/hilfe/tasten", "shortcuts", operations.shortcuts,
        _own("shortcuts_changed", csrf=True),
    ),
    Route("GET", "/akten", "akten", akten.show, _file("files_listed", "search")),
    Route("GET", "/akten/{akte}", "akte", akte.show, _file("file_viewed", "akte")),
    Route(
        "GET", "/akten/{akte}/zugriffe", "readers", akte.readers,
        Policy(
            action="readers_viewed", object_kind="akte", purpose=_CONTROL,
            roles=policy.WITNESSES, office_only=True,
        ),
    ),
    Route(
        "GET", _PROOF_PACKAGE, "proof-package-form", proof_package.form,
        _leaving(_file("proof_package_viewed", "akte")),
    ),
    Route(
        "POST", _PROOF_PACKAGE, "proof-package", proof_package.issue,
        _leaving(_content("proof_package_issued", "akte")),
    ),
    Route(
        "GET", "/aufbewahrung", "retention-list", retention.listed,
        Policy(
            action="retention_listed", object_kind="day", purpose=_KEEPING,
            roles=policy.ADMINISTRATORS, office_only=True,
        ),
    ),
    *handover_routes.ROUTES,
    Route(
        "GET", _RETENTION, "retention", retention.show, _keeping("retention_viewed"),
    ),
    Route(
        "POST", f"{_RETENTION}/tag", "retention-day", retention.note_day,
        _keeping("retention_date_noted", csrf=True),
    ),
    Route(
        "POST", f"{_RETENTION}/sperre", "retention-hold", retention.hold,
        _keeping("retention_hold_set", csrf=True),
    ),
    Route(
        "POST", f"{_RETENTION}/{{retention_hold}}/aufheben", "retention-lift", retention.lift,
        _keeping("retention_hold_lifted", csrf=True),
    ),
    Route(
        "GET", "/akten/{akte}/ausgabe", "export-form", exports.form,
        _leaving(_file("export_prepared", "akte")),
    ),
    Route(
        "POST", "/akten/{akte}/ausgaben", "export-begin", exports.begin,
        _leaving(_content("file_exported", "export")),
    ),
    Route(
        "GET", "/akten/{akte}/ausgaben/{export}", "export", exports.show,
        _file("export_viewed", "export"),
    ),
    Route(
        "GET", "/akten/{akte}/ausgaben/{export}/{number}.pdf", "export-part", exports.fetch,
        _leaving(_file("export_downloaded", "export")),
    ),
    Route("GET", _DOCUMENT, "document", document.show, _file("document_viewed", "document")),
    Route("GET", f"{_DOCUMENT}/text", "text", document.text, _file("text_read", "document")),
    Route(
        "GET", f"{_DOCUMENT}/seiten/{{page}}.png", "page", document.image,
        _file("page_viewed", "page"),
    ),
    Route(
        "GET", f"{_DOCUMENT}/erste-seite.webp", "first-page", parts.first_page,
        _file("document_fetched", "document"),
    ),
    Route(
        "GET", f"{_DOCUMENT}/teile/{{part}}", "part", parts.part,
        _file("document_fetched", "part"),
    ),
    Route(
        "POST", f"{_DOCUMENT}/druck", "print", parts.printed,
        replace(_file("document_printed", "document"), csrf=True),
    ),
    Route(
        "GET", f"{_DOCUMENT}/original", "original", document.original,
        _file("document_downloaded", "document"),
    ),
    Route(
        "GET", f"{_DOCUMENT}/pdfa/{{part}}", "pdfa", pdfa.show, _file("rendition_viewed", "part")
    ),
    Route(
        "POST", f"{_DOCUMENT}/pdfa/{{part}}", "pdfa-begin", pdfa.begin,
        _content("rendition_made", "part"),
    ),
    Route(
        "GET", f"{_DOCUMENT}/pdfa/{{part}}/datei", "pdfa-fetch", pdfa.fetch,
        _file("rendition_downloaded", "part"),
    ),
    Route(
        "GET", f"{_DOCUMENT}/vergleich", "compare-choice", comparing.choose,
        _file("comparison_prepared", "document"),
    ),
    Route(
        "GET", f"{_DOCUMENT}/vergleich/{{compared}}", "compare", comparing.show,
        _file("documents_compared", "document"),
    ),
    Route(
        "GET", f"{_DOCUMENT}/inhalt/{{part}}", "contents", contents.show,
        _file("contents_viewed", "part"),
    ),
    Route(
        "GET", f"{_DOCUMENT}/inhalt/{{part}}/seiten/{{page}}.png", "part-page", contents.image,
        _file("page_viewed", "page"),
    ),
    *casework.ROUTES,
    *disposal.ROUTES,
    *inspection.ROUTES,
    *administration.ROUTES,
    Route("GET", "/bilanz", "balance", messages.balance, _operating("balance_viewed", "balance")),
    Route(
        "GET", "/nachrichten", "messages", messages.listed,
        _operating("messages_listed", "message"),
    ),
    Route(
        "GET", "/nachrichten/{message}", "message", messages.show,
        _operating("message_viewed", "message"),
    ),
    Route("GET", "/sperren", "lanes", messages.blocked, _operating("lanes_viewed", "lane")),
    Route(
        "POST", "/sperren/anhalten", "hold-set", holding.put,
        replace(_operating("hold_set", "hold"), csrf=True),
    ),
    Route(
        "POST", "/sperren/{hold}/beenden", "hold-end", holding.end,
        replace(_operating("hold_ended", "hold"), csrf=True),
    ),
    Route(
        "GET", "/klaerfaelle", "clearing-list", clearing.listed,
        _clerks("clearing_listed", "clearing"),
    ),
    Route(
        "GET", "/klaerfaelle/{clearing}", "clearing", clearing.show,
        _clerks("clearing_viewed", "clearing"),
    ),
    Route(
        "POST", "/klaerfaelle/{clearing}/freigeben", "clearing-release", clearing.release,
        _clerks("clearing_released", "clearing", csrf=True),
    ),
    Route(
        "POST", "/klaerfaelle/{clearing}/ablehnen", "clearing-reject", clearing.reject,
        _clerks("clearing_rejected", "clearing", csrf=True),
    ),
    Route(
        "POST", "/klaerfaelle/{clearing}/neu-lesen", "clearing-replay", clearing.replay,
        _clerks("clearing_replayed", "clearing", csrf=True),
    ),
    Route(
        "POST", "/klaerfaelle/{clearing}/verwerfen", "clearing-discard", clearing.discard,
        _clerks("clearing_discarded", "clearing", csrf=True),
    ),
    Route(
        "POST", "/klaerfaelle/{clearing}/bestaetigen", "clearing-confirm", clearing.confirm,
        _clerks("clearing_confirmed", "clearing", csrf=True),
    ),
    Route(
        "POST", "/klaerfaelle/{clearing}/erneut-senden", "clearing-resend", clearing.resend,
        _clerks("clearing_resent", "clearing", csrf=True),
    ),
    Route(
        "POST", "/klaerfaelle/{clearing}/status", "status-query", clearing.query,
        _clerks("status_queried", "clearing", csrf=True),
    ),
    Route(
        "GET", "/klaerfaelle/{clearing}/anfrage", "inquiry", clearing.inquiry,
        _clerks("inquiry_viewed", "clearing"),
    ),
    Route(
        "POST", "/klaerfaelle/{clearing}/anfrage", "inquiry-sent", clearing.asked,
        _clerks("partner_asked", "clearing", csrf=True),
    ),
    Route(
        "POST", "/klaerfaelle/gruppe/{group}/probe", "bulk-trial", bulk.trial,
        _clerks("bulk_tried", "group", csrf=True),
    ),
    Route(
        "POST", "/klaerfaelle/gruppe/{group}/ausfuehren", "bulk-begin", bulk.begin,
        _clerks("bulk_begun", "group", csrf=True),
    ),
    Route(
        "GET", "/sammelauftraege", "bulk-list", bulk.listed, _clerks("bulk_viewed", "job")
    ),
    Route(
        "GET", "/sammelauftraege/{job}", "bulk-job", bulk.show, _clerks("bulk_viewed", "job")
    ),
    Route(
        "POST", "/nachrichten/{message}/erneut-senden", "message-resend", messages.resend,
        Policy(
            action="message_resent", object_kind="message", purpose=_OPERATION,
            roles=policy.ADMINISTRATORS, csrf=True,
        ),
    ),
    Route(
        "GET", "/nachrichten/{message}/einsicht", "sight-form", content.form,
        _file("sight_asked", "message"),
    ),
    Route(
        "POST", "/nachrichten/{message}/einsicht", "sight", content.ask,
        _content("content_opened", "message"),
    ),
    Route(
        "GET", "/nachrichten/{message}/inhalt", "content", content.show,
        _file("content_viewed", "message"),
    ),
    Route(
        "GET", "/klaerfaelle/{clearing}/anlage", "enclosure", content.enclosure,
        _file("enclosure_viewed", "clearing"),
    ),
    Route(
        "GET", "/klaerfaelle/{clearing}/anlage/seiten/{page}.png", "enclosure-page",
        content.enclosure_page, _file("enclosure_viewed", "page"),
    ),
    Route(
        "GET", "/klaerfaelle/{clearing}/anlage/original", "enclosure-original",
        content.enclosure_original, _file("enclosure_downloaded", "clearing"),
    ),
    Route(
        "GET", "/nachrichten/{message}/saetze", "rows-form", correction.rows_form,
        _file("content_viewed", "message"),
    ),
    Route(
        "POST", "/nachrichten/{message}/saetze", "rows-propose", correction.rows_propose,
        _content("correction_proposed", "message"),
    ),
    Route(
        "GET", "/klaerfaelle/{clearing}/berichtigen", "correction-form", correction.form,
        _file("content_viewed", "clearing"),
    ),
    Route(
        "POST", "/klaerfaelle/{clearing}/berichtigen", "correction-propose", correction.propose,
        _content("correction_proposed", "clearing"),
    ),
    Route(
        "GET", "/berichtigungen/{correction}", "correction", correction.show,
        _file("correction_viewed", "correction"),
    ),
    Route(
        "POST", "/berichtigungen/{correction}/zustimmen", "correction-approve",
        correction.approve, _content("correction_approved", "correction"),
    ),
    Route(
        "POST", "/berichtigungen/{correction}/ablehnen", "correction-decline",
        correction.decline, _content("correction_declined", "correction"),
    ),
    Route(
        "GET", "/zertifikate", "certificates", operations.certificates,
        _operating("certificates_viewed", "certificate"),
    ),
    Route("GET", "/alarme", "alarms", operations.alarm_list, _operating("alarms_viewed", "alarm")),
    Route("GET", "/ziele", "targets", operations.targets, _operating("targets_viewed", "target")),
    Route("GET", "/zustand", "health", operations.health, _operating("health_viewed", "health")),
    Route("GET", "/zugriffsprotokoll", "access-log", audit.show, _auditing("access_log_viewed")),
    Route(
        "GET", "/zugriffsprotokoll/pruefung", "access-log-check", audit.verify,
        _auditing("access_log_verified"),
    ),
)  # fmt: skip
