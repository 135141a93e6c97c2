import pytest

from hub.certificates.trust import TrustFolder
from hub.core.errors import Misconfigured, Rejected
from tests.pki import pem, root

CA = root()


def test_anchors_are_kept_per_partner(tmp_path):
    folder = TrustFolder(tmp_path)

    folder.put("azr", CA.pem)

    assert folder.certificates("azr") == (CA.certificate,)
    assert folder.certificates("ihv") == ()
    assert [anchor.partner for anchor in folder.all()] == ["azr"]


def test_anchors_are_read_again_only_when_their_file_has_changed(tmp_path):
    folder, other = TrustFolder(tmp_path), root()
    folder.put("azr", CA.pem)
    before = folder.certificates("azr")

    assert folder.certificates("azr") is before
    # As another process does it: by the command line.
    TrustFolder(tmp_path).put("azr", other.pem)
    assert folder.certificates("azr") == (other.certificate,)
    (tmp_path / "azr.pem").unlink()
    assert folder.certificates("azr") == ()


def test_words_around_the_certificates_do_not_reach_the_file(tmp_path):
    folder = TrustFolder(tmp_path)

    folder.put("azr", b"some words\n" + CA.pem)

    assert (tmp_path / "azr.pem").read_bytes() == CA.pem


def test_a_leaf_is_no_anchor_and_changes_nothing(tmp_path):
    folder = TrustFolder(tmp_path)
    folder.put("azr", CA.pem)

    with pytest.raises(Rejected, match="anchor_no_ca"):
        folder.put("azr", pem(CA.leaf()))

    assert (tmp_path / "azr.pem").read_bytes() == CA.pem
    assert [file.name for file in tmp_path.iterdir()] == ["azr.pem"]


@pytest.mark.parametrize("partner", ["../azr", "", "AZR", "a/b", "azr.pem"])
def test_a_partner_name_is_never_a_path(tmp_path, partner):
    with pytest.raises(Rejected, match="partner_name_invalid"):
        TrustFolder(tmp_path).put(partner, CA.pem)


def test_a_damaged_anchor_file_is_the_operators_matter(tmp_path):
    (tmp_path / "azr.pem").write_bytes(b"rubbish")

    with pytest.raises(Misconfigured, match="trust_unreadable"):
        TrustFolder(tmp_path).certificates("azr")
