"""What is known of the people of a case: from the case as it is, and from what its file was told.

Earlier addresses and accounts stand in older records of the file; they are as secret as today's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from efile import INSPECTING_OFFICE, Document, FormNode, NotDisplayable, NotFound, Particular
from hub.core.settings import Tenant
from hub.store import cases
from hub.uvg.model import Case
from hub.web.visit import Visit

RECORDS = 40
"""Records of a file looked at, the newest first."""
_STRUCTURED = ("/xml", "+xml", "/json", "+json")
_KINDS = (
    ("family name", "name"), ("full name", "name"), ("turned name", "name"),
    ("given names", "given_name"), ("address", "address"), ("place", "place"), ("city", "city"),
    ("birth date", "birth_date"), ("iban", "iban"), ("phone", "phone"), ("email", "email"),
    ("employer", "employer"),
)  # fmt: skip
"""Labels of records, and what kind of particular they are."""
_PERSONS = {"child": "child", "carer": "carer", "other parent": "other_parent", "bank": "carer"}


async def particulars(
    visit: Visit, aktenzeichen: str, documents: tuple[Document, ...]
) -> tuple[Particular, ...]:
    """Return what is known, each once."""
    tenant = visit.tenant
    case = await visit.services.database.read(lambda tx: cases.load(tx, tenant, aktenzeichen))
    found = [*_of_office(visit.services.settings.tenant(tenant)), *(_of_case(case) if case else ())]
    records = [one for one in documents if _is_record(one)]
    for one in records[-RECORDS:]:
        try:
            found += _of_form(await visit.efile.form(tenant, one.id), "")
        except (NotDisplayable, NotFound):
            # A record that cannot be read tells nothing; patterns and people look further.
            continue
    return tuple(dict.fromkeys(found))


def _of_office(office: Tenant) -> Iterator[Particular]:
    """Return what stands in the office's own letterhead."""
    yield Particular(INSPECTING_OFFICE, "phone", office.phone)
    yield Particular(INSPECTING_OFFICE, "email", office.email)


def _is_record(document: Document) -> bool:
    """Say whether a document carries what was told of people; small, and for machines."""
    return any(part.mime.partition(";")[0].endswith(_STRUCTURED) for part in document.parts)


def _of_case(case: Case) -> Iterator[Particular]:
    child = {"family name": case.child.family_name, "given names": case.child.given_names}
    yield from _of_person("child", child | {"birth date": case.child.birth_date.isoformat()})
    for role, person in (("carer", case.carer), ("other_parent", case.other_parent)):
        if person is not None:
            told = {
                "family name": person.family_name, "given names": person.given_names,
                "street": person.street, "house number": person.house_number,
                "postal code": person.postal_code, "city": person.city,
            }  # fmt: skip
            yield from _of_person(role, told)
    yield Particular("carer", "iban", case.bank.iban)


def _of_form(node: FormNode, person: str) -> Iterator[Particular]:
    """Return what a record says of the people it names."""
    person = _PERSONS.get(node.label.lower(), person)
    told = {one.label.lower(): one.value.strip() for one in node.children if not one.children}
    if person:
        yield from _of_person(person, told)
    for one in node.children:
        if one.children:
            yield from _of_form(one, person)


def _of_person(role: str, told: dict[str, str]) -> Iterator[Particular]:
    family, given = told.get("family name", ""), told.get("given names", "")
    told = told | {
        "address": _both(told, "street", "house number"),
        "place": _both(told, "postal code", "city"),
        "full name": _both(told, "given names", "family name"),
        "turned name": f"{family} {given}" if family and given else "",
    }
    for label, kind in _KINDS:
        value = told.get(label, "")
        if value and (kind != "birth_date" or _is_day(value)):
            yield Particular(role, kind, value)


def _both(told: dict[str, str], first: str, second: str) -> str:
    """Return two fields as one, if both are there."""
    one, other = told.get(first, ""), told.get(second, "")
    return f"{one} {other}" if one and other else ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
