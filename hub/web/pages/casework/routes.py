"""Addresses of a caseworker's day with their rights."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hub.web import policy
from hub.web.pages import akte
from hub.web.pages.casework import access, day, documents, notes, tasks
from hub.web.policy import Policy, Route


def _file(action: str, object_kind: str = "akte", *, csrf: bool = False) -> Policy:
    """Social data of one office, for those who work on its cases."""
    return Policy(
        action=action, object_kind=object_kind, purpose="Fallbearbeitung",
        roles=policy.FILE_READERS, office_only=True, csrf=csrf,
    )  # fmt: skip


def _access(action: str, *, csrf: bool = False) -> Policy:
    """Who may see a file."""
    return replace(_file(action, csrf=csrf), purpose="Zugriffsverwaltung")


def _control(action: str, *, csrf: bool = False) -> Policy:
    """What the data protection role sees of emergencies."""
    return Policy(
        action=action, object_kind="emergency", purpose="Datenschutzkontrolle",
        roles=policy.AUDITORS, office_only=True, csrf=csrf,
    )  # fmt: skip


_AKTE: Final = "/akten/{akte}"
_TASK: Final = "/wiedervorlagen/{task}"
_ACCESS: Final = f"{_AKTE}/zugriff"

ROUTES: Final = (
    Route("GET", "/mein-tag", "my-day", day.show, _file("my_day_viewed", "account")),
    Route("GET", "/mein-tag/neu", "inbox", day.inbox, _file("inbox_viewed", "account")),
    Route(
        "POST", "/mein-tag/neu", "inbox-taken", day.taken,
        _file("document_noted", "document", csrf=True),
    ),
    Route("GET", "/wiedervorlagen", "tasks", tasks.listed, _file("tasks_listed", "account")),
    Route(
        "POST", f"{_AKTE}/wiedervorlagen", "task-add", tasks.add, _file("task_added", csrf=True)
    ),
    Route(
        "POST", f"{_TASK}/erledigt", "task-done", tasks.done,
        _file("task_done", "task", csrf=True),
    ),
    Route(
        "POST", f"{_TASK}/verschieben", "task-put-off", tasks.put_off,
        _file("task_put_off", "task", csrf=True),
    ),
    Route(
        "POST", f"{_TASK}/uebergeben", "task-hand-over", tasks.hand_over,
        _file("task_handed_over", "task", csrf=True),
    ),
    Route("POST", f"{_AKTE}/notizen", "note-add", notes.add, _file("note_added", csrf=True)),
    Route(
        "POST", f"{_AKTE}/notizen/{{note}}/entfernen", "note-remove", notes.remove,
        _file("note_removed", csrf=True),
    ),
    Route("GET", f"{_AKTE}/dokumente", "documents", documents.listed, _file("documents_listed")),
    Route("GET", f"{_AKTE}/verlauf", "way", akte.way, _file("way_viewed")),
    Route("GET", f"{_AKTE}/stand", "to-day", documents.to_day, _file("past_viewed")),
    Route(
        "GET", f"{_AKTE}/stand/{{day}}", "file-on-day", documents.as_of,
        _file("past_viewed", "day"),
    ),
    Route(
        "GET", f"{_AKTE}/verzeichnis", "directory", documents.directory,
        _file("directory_printed"),
    ),
    Route("GET", _ACCESS, "file-access", access.show, _access("access_viewed")),
    Route(
        "POST", f"{_ACCESS}/zustaendigkeit", "file-assign", access.assign,
        _access("competence_changed", csrf=True),
    ),
    Route(
        "POST", f"{_ACCESS}/sperrvermerk", "file-block", access.block,
        _access("block_set", csrf=True),
    ),
    Route(
        "POST", f"{_ACCESS}/{{block}}/aufheben", "file-unblock", access.unblock,
        _access("block_lifted", csrf=True),
    ),
    Route(
        "GET", "/notzugriff", "emergency-form", access.emergency_form,
        _file("emergency_asked", "account"),
    ),
    Route(
        "POST", "/notzugriff", "emergency", access.emergency,
        _file("emergency_opened", csrf=True),
    ),
    Route(
        "GET", "/notzugriffe", "emergencies", access.emergency_list,
        _control("emergencies_listed"),
    ),
    Route(
        "POST", "/notzugriffe/{emergency}/gesehen", "emergency-seen", access.emergency_seen,
        _control("emergency_noted", csrf=True),
    ),
)  # fmt: skip
