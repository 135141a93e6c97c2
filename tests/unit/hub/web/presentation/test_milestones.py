from datetime import date

from efile import DocumentHead, TypeSeen
from hub.uvg.model import Period
from hub.web.presentation.milestones import milestones
from tests.factories import make_case

DAY = 86_400_000_000


def seen(number: int, doc_type: str, count: int = 1) -> TypeSeen:
    head = DocumentHead(
        id=f"d{number}", akte_id="a", aktenzeichen="A", akte_title="T", vorgang_id="v",
        vorgang="V", title=doc_type, doc_type=doc_type, direction="in",
        received_at_us=number * DAY, filed_at_us=number * DAY, actor="hub", source_id="",
    )  # fmt: skip
    return TypeSeen(head, count)


def test_documents_stand_for_what_was_decisive_in_the_order_of_days() -> None:
    types = [
        seen(3, "Bewilligungsbescheid"), seen(1, "Antrag"), seen(2, "Anhörung der Mutter", 2),
        seen(4, "Rechtswahrungsanzeige"), seen(5, "Falldaten"), seen(6, "Antrag auf Stundung"),
    ]  # fmt: skip
    found = milestones(types, None)

    assert [
        ("Antrag", "d1", ""), ("Anhörung", "d2", "2 Dokumente"), ("Bewilligung", "d3", ""),
        ("Inverzugsetzung", "d4", ""),
    ] == [(one.name, one.document, one.said) for one in found]  # fmt: skip
    assert date(1970, 1, 2) == found[0].day


def test_the_case_tells_of_benefit_and_its_end() -> None:
    period = Period(
        begin=date(2026, 1, 1), end=date(2026, 6, 30), minimum_maintenance_cents=1,
        child_benefit_cents=1, other_offset_cents=0, amount_cents=29_900,
    )  # fmt: skip
    found = milestones([], make_case(periods=(period,)))

    assert [("Leistung ab", "299,00 € monatlich"), ("Leistung bis", "")] == [
        (one.name, one.said) for one in found
    ]
