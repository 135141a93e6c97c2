"""Lists are read when they come, asked about each certificate, and their end is noticed."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from hub.certificates.revocation.lists import RevocationLists, Standing
from hub.core.clock import FixedClock
from tests.pki import DAY, NOW, Authority, root

CA, OTHER = root("Sender-CA"), root("Other-CA")
LEAF = CA.leaf()
SHOWN = LEAF.public_bytes(Encoding.DER)


class Shelf:
    """A folder of lists and who reads it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FixedClock()
        self.anchors = [CA, OTHER]
        self.lists = RevocationLists(
            folder, lambda: tuple(one.certificate for one in self.anchors), self.clock
        )

    def put(self, data: bytes, name: str = "ca.crl") -> None:
        """Bring a file as operators do: under another name, then renamed."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / ".new").write_bytes(data)
        (self.folder / ".new").rename(self.folder / name)
        self.lists.refresh()

    def standing(self, shown: bytes = SHOWN) -> Standing:
        return self.lists.standing(shown)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "crl")


def test_without_a_list_nothing_is_known(shelf: Shelf) -> None:
    shelf.lists.refresh()

    assert Standing.UNKNOWN is shelf.standing()
    assert ["crl: keine Liste im Ordner"] == shelf.lists.wrongs()


def test_a_list_says_who_is_revoked_and_who_is_not(shelf: Shelf) -> None:
    shelf.put(CA.revoked(LEAF.serial_number))
    fellow = CA.leaf().public_bytes(Encoding.DER)

    assert (Standing.REVOKED, Standing.GOOD) == (shelf.standing(), shelf.standing(fellow))
    assert [] == shelf.lists.wrongs()


def test_a_list_says_nothing_of_another_cas_certificates(shelf: Shelf) -> None:
    shelf.put(CA.revoked(5))
    foreign = OTHER.leaf().public_bytes(Encoding.DER)

    assert Standing.UNKNOWN is shelf.standing(foreign)
    assert ["CN=Other-CA: fehlt"] == shelf.lists.wrongs()
    shelf.put(OTHER.revoked(), "other.pem")
    assert Standing.GOOD is shelf.standing(foreign)
    assert [] == shelf.lists.wrongs()


def test_a_list_that_is_replaced_counts_from_then_on(shelf: Shelf) -> None:
    shelf.put(CA.revoked())
    before = shelf.standing()
    shelf.put(CA.revoked(LEAF.serial_number, begin=NOW))

    assert (Standing.GOOD, Standing.REVOKED) == (before, shelf.standing())


def test_a_stale_list_still_says_who_is_revoked_but_not_who_is_good(shelf: Shelf) -> None:
    shelf.put(CA.revoked(LEAF.serial_number))
    fellow = CA.leaf().public_bytes(Encoding.DER)
    shelf.clock.advance(7 * 86_400)

    assert (Standing.REVOKED, Standing.UNKNOWN) == (shelf.standing(), shelf.standing(fellow))
    assert ["CN=Sender-CA: abgelaufen"] == shelf.lists.wrongs()


def test_what_cannot_be_used_leaves_the_list_before_it_in_place(shelf: Shelf) -> None:
    shelf.put(CA.revoked(LEAF.serial_number))
    shelf.put(b"not a list at all")

    assert Standing.REVOKED is shelf.standing()
    assert ["ca.crl: nicht zu gebrauchen"] == shelf.lists.wrongs()
    (shelf.folder / "ca.crl").unlink()
    shelf.lists.refresh()
    assert Standing.UNKNOWN is shelf.standing()


def test_of_two_lists_of_a_key_the_newer_counts(shelf: Shelf) -> None:
    shelf.put(CA.revoked(begin=NOW), "new.crl")
    shelf.put(CA.revoked(LEAF.serial_number, begin=NOW - 2 * DAY, end=NOW - DAY), "old.crl")

    assert Standing.GOOD is shelf.standing()
    assert [] == shelf.lists.wrongs()


def test_a_list_of_a_cas_new_key_says_nothing_of_what_the_old_one_signed(shelf: Shelf) -> None:
    renewed: Authority = root("Sender-CA")
    shelf.anchors.append(renewed)
    shelf.put(renewed.revoked(LEAF.serial_number))

    assert Standing.UNKNOWN is shelf.standing()


def test_an_anchor_that_comes_later_proves_a_list_that_lay_there(shelf: Shelf) -> None:
    shelf.anchors = [OTHER]
    shelf.put(CA.revoked())
    before = shelf.lists.wrongs()
    shelf.anchors = [OTHER, CA]
    shelf.lists.refresh()

    assert (["ca.crl: nicht zu gebrauchen"], []) == (before, shelf.lists.wrongs())
    assert Standing.GOOD is shelf.standing()
