"""What may be destroyed when: never against law, hold or a missing day, and always with a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efile.index.offers import Offer, OfferState
from efile.kinds.catalog import FileKind, FileKinds
from efile.kinds.rule import RetentionRule
from efile.kinds.statement import ArchiveAnswer
from efile.retention.decision import decide
from efile.retention.standing import Hold, Standing

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

DAY = timedelta(days=1)
TODAY = date(2026, 11, 22)
KINDS = FileKinds.load()
DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))
HOLDS = st.lists(
    st.builds(Hold, st.uuids().map(str), st.just("Klage"), st.just("k.winter"), DAYS, st.none() | DAYS),
    max_size=3,
).map(tuple)  # fmt: skip
ANSWERS = st.none() | st.builds(
    ArchiveAnswer, takes=st.booleans(), since=DAYS, reason=st.just("ohne Wert")
)
OFFERS = st.none() | st.builds(
    Offer, st.just("p-1"), DAYS, st.just(1), st.sampled_from(get_args(OfferState)), DAYS
)
STANDINGS = st.builds(
    Standing,
    st.dictionaries(st.sampled_from(["birth", "ended"]), DAYS),
    st.just({}),
    HOLDS,
    ANSWERS,
    OFFERS,
    st.booleans(),
)


def hold(until: date | None = None, name: str = "h-1") -> Hold:
    return Hold(name, "Klage vor dem Verwaltungsgericht", "k.winter", date(2026, 1, 2), until)


@st.composite
def kinds(draw: st.DrawFn) -> FileKind:
    """Return a kind whose rules follow each other without gap."""
    changes = sorted(draw(st.sets(DAYS, max_size=3)))
    bounds = [None, *changes]
    rules = tuple(
        RetentionRule(
            name=f"Regel {number}", source="Quelle",
            events=tuple(sorted(draw(st.sets(st.sampled_from(["birth", "ended"]), min_size=1)))),
            years=(draw(st.integers(1, 40)),), begins=draw(st.sampled_from(["event", "year_end"])),
            since=since, until=bounds[number + 1] - DAY if number < len(changes) else None,  # type: ignore[operator]  # changes are days
            offer=draw(st.booleans()),
        )
        for number, since in enumerate(bounds)
    )  # fmt: skip
    return FileKind(
        id="x", name="x", aktenplan="x", wall="x1", aktenzeichen="x{number}",
        events={"birth": "Geburt", "ended": "Ende"}, retention=rules,
    )  # fmt: skip


@UNHURRIED
@given(kinds(), STANDINGS, DAYS)
def test_nothing_is_allowed_against_law_hold_or_a_missing_day(
    kind: FileKind, standing: Standing, on: date
) -> None:
    decision = decide(kind, standing, on)
    (rule, *_) = kind.rules_from(on)

    if decision.state in ("due", "offer"):
        assert not standing.held_on(on)
        assert not rule.missing(standing.days)
        assert on >= rule.first_day(rule.last_event(standing.days)[0])
    if decision.state == "due" and rule.offer:
        assert decision.day is not None
        answer, offer = standing.answer, standing.offer
        declined = answer and not answer.takes and answer.since >= decision.day
        taken = offer and offer.state == "taken" and offer.since >= decision.day
        assert declined or taken
        assert not (taken and standing.late)
    assert ("held" == decision.state) == bool(standing.held_on(on))
    assert (decision.day is None) == ("noch nicht bestimmbar" in decision.sentence)


@UNHURRIED
@given(kinds(), STANDINGS, DAYS)
def test_the_free_day_is_the_first_that_is_allowed(
    kind: FileKind, standing: Standing, on: date
) -> None:
    free = decide(kind, standing, on).free_day
    probes = {on, on + DAY, *(h.until + DAY for h in standing.holds if h.until)}
    probes |= {rule.since for rule in kind.retention if rule.since}
    probes |= {one.day for one in (decide(kind, standing, p) for p in probes) if one.day}

    allowed = [p for p in probes if p >= on and decide(kind, standing, p).state in ("due", "offer")]
    if free is None:
        assert on not in allowed
    else:
        assert decide(kind, standing, free).state in ("due", "offer")
        assert free >= on
        assert [p for p in allowed if p < free] == []


@UNHURRIED
@given(kinds(), STANDINGS, HOLDS, DAYS)
def test_a_hold_never_frees_anything_earlier(
    kind: FileKind, standing: Standing, more: tuple[Hold, ...], on: date
) -> None:
    before = decide(kind, standing, on)
    held = Standing(standing.days, holds=standing.holds + more, answer=standing.answer)
    after = decide(kind, held, on)

    # Without a day nobody can say: a missing event may be in the way until the law changes.
    if before.free_day and after.free_day:
        assert before.free_day <= after.free_day
    if after.state in ("due", "offer"):
        assert before.state == after.state


@UNHURRIED
@given(DAYS, DAYS, HOLDS)
def test_a_later_event_never_frees_earlier(one: date, other: date, holds: tuple[Hold, ...]) -> None:
    kind = KINDS.kind("beistandschaft")
    early, late = sorted((one, other))

    first = decide(kind, Standing({"ended": early}, holds=holds), TODAY)
    second = decide(kind, Standing({"ended": late}, holds=holds), TODAY)

    assert first.day
    assert second.day
    assert first.day <= second.day
    assert second.free_day is None or (first.free_day and first.free_day <= second.free_day)


def test_the_sentence_names_rule_source_event_and_day() -> None:
    days = {"benefit_ended": date(2026, 3, 31), "claims_settled": date(2027, 2, 1)}
    decision = decide(KINDS.kind("uvg"), Standing(days), TODAY)

    assert ("kept", date(2038, 1, 1)) == (decision.state, decision.day)
    assert decision.sentence.startswith(
        "darf vernichtet werden ab 01.01.2038, weil die Frist von 10 Jahren nach dem Ende des Jahres"
        " von „Alle Ansprüche nach §§ 5, 7 UVG erledigt“ am 01.02.2027 dann abgelaufen ist"
    )
    assert "Akten über Leistungen nach dem UVG" in decision.sentence
    assert "vor Ort zu bestätigen" in decision.sentence
    assert "dem Archiv anzubieten" in decision.sentence


def test_a_missing_day_is_named() -> None:
    decision = decide(KINDS.kind("uvg"), Standing({"benefit_ended": TODAY}), TODAY)

    assert ("undetermined", ("claims_settled",)) == (decision.state, decision.missing)
    assert (
        "noch nicht bestimmbar, weil „Alle Ansprüche nach §§ 5, 7 UVG erledigt“ nicht eingetragen ist"
        in decision.sentence
    )


def test_a_changed_law_is_applied_from_its_day() -> None:
    kind = KINDS.kind("vormundschaft")
    standing = Standing({"birth": date(1990, 5, 4), "ended": date(1990, 6, 1)})

    old, new = (decide(kind, standing, day) for day in (date(2025, 6, 30), date(2025, 7, 1)))

    assert ("offer", date(2021, 1, 1)) == (old.state, old.day)
    assert ("kept", date(2090, 5, 5)) == (new.state, new.day)
    assert "§ 9b SGB VIII" in new.sentence
    assert "die Frist von 30 + 70 Jahren nach „Geburt des Mündels“ am 04.05.1990" in new.sentence


def test_a_law_known_to_follow_is_heeded() -> None:
    kind = KINDS.kind("vormundschaft")
    standing = Standing({"birth": date(2010, 1, 1), "ended": date(2010, 6, 1)})

    decision = decide(kind, standing, date(2020, 1, 1))

    assert date(2110, 1, 2) == decision.day


def test_a_hold_says_who_why_and_how_long() -> None:
    standing = Standing(
        {"ended": date(2010, 1, 1)}, holds=(hold(date(2027, 6, 30)), hold(name="h-2"))
    )
    decision = decide(KINDS.kind("beistandschaft"), standing, TODAY)

    assert ("held", None) == (decision.state, decision.free_day)
    assert decision.sentence.startswith(
        "Gesperrt bis 30.06.2027, weil: Klage vor dem Verwaltungsgericht (Löschsperre von k.winter"
        " vom 02.01.2026). Gesperrt ohne Enddatum, weil:"
    )
    assert "Ohne Sperre: darf vernichtet werden ab 01.01.2021" in decision.sentence


def test_a_hold_beyond_the_period_is_named_while_the_file_is_kept() -> None:
    standing = Standing({"ended": date(2026, 1, 1)}, holds=(hold(date(2040, 6, 30)),))
    decision = decide(KINDS.kind("beistandschaft"), standing, date(2041, 1, 1))
    before = decide(KINDS.kind("beistandschaft"), standing, TODAY)

    assert ("offer", ()) == (decision.state, decision.holds)
    assert ("held", date(2040, 7, 1)) == (before.state, before.free_day)


def test_a_kind_nobody_set_up_is_never_destroyed() -> None:
    decision = decide(None, Standing({"ended": date(1950, 1, 1)}), TODAY)

    assert ("undetermined", None) == (decision.state, decision.free_day)
    assert "die Aktenart nicht eingerichtet ist" in decision.sentence


def test_nothing_is_destroyed_before_the_archive_has_declined() -> None:
    kind, days = KINDS.kind("beistandschaft"), {"ended": date(2010, 1, 1)}
    said = [None, (date(2020, 12, 31), False), (date(2021, 1, 1), True), (date(2021, 1, 1), False)]

    found = [
        decide(
            kind,
            Standing(days, answer=one and ArchiveAnswer(takes=one[1], since=one[0], reason="x")),
            TODAY,
        )
        for one in said
    ]

    assert ["offer", "offer", "offer", "due"] == [one.state for one in found]
    assert "Das Archiv übernimmt sie (am 01.01.2021: x)" in found[2].sentence
    assert "Das Archiv hat sie abgelehnt (am 01.01.2021: x)." in found[3].sentence
