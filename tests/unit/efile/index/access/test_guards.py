from efile.index.access.guards import admission_of
from efile.index.access.sight import Sight
from efile.index.keeping import Said
from efile.kinds.statement import AccessSaid, BlockLifted, BlockSet, Competence, Statement


def said(number: int, access: AccessSaid) -> Said:
    return Said(f"note-{number}", number, "x", Statement(access=access))


def block(name: str, *persons: str, document: str = "") -> AccessSaid:
    found = BlockSet(id=name, ground="bias", reason="x", persons=persons, document=document)
    return AccessSaid(block=found)


def test_a_unit_guards_and_a_person_alone_does_not() -> None:
    unit = AccessSaid(competence=Competence(unit="uv1", persons=("a",)))
    person = AccessSaid(competence=Competence(persons=("a",)))

    assert {"": {"u:uv1", "p:a"}} == admission_of([said(1, unit)]).guards()
    assert {} == admission_of([said(1, unit), said(2, person)]).guards()
    assert {"p:a"} == admission_of([said(1, unit), said(2, person)]).responsible()


def test_each_of_several_blocks_must_name_a_person() -> None:
    both = [said(1, block("1", "a", "b")), said(2, block("2", "b", "c"))]

    assert {"": {"b:b"}} == admission_of(both).guards()


def test_a_block_of_a_document_covers_its_own_note() -> None:
    guards = admission_of([said(1, block("1", "a", document="d"))]).guards()

    assert {"d": {"b:a"}, "note-1": {"b:a"}} == guards


def test_a_lifted_block_never_comes_back() -> None:
    lifted = said(2, AccessSaid(unblocked=BlockLifted(id="1", reason="x")))
    again = said(3, block("1", "a"))

    assert {} == admission_of([said(1, block("1", "a")), lifted, again]).guards()


def test_a_guard_nobody_passes_is_no_open_door() -> None:
    sight = Sight(frozenset({"uvg"}), frozenset({"p:a"}))

    assert not sight.passes("akte", {""})
    assert sight.passes("akte", {"", "p:a"})
    assert sight.passes("akte", ())
