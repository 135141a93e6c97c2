"""``hub.toml`` is read strictly, and secrets are kept from others."""

import shutil
from pathlib import Path

import pytest

from hub.core.errors import Misconfigured
from hub.core.settings import read_settings, secret

EXAMPLE = Path(__file__).parents[4] / "hub.example.toml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Path(shutil.copy(EXAMPLE, tmp_path / "hub.toml"))


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def _fault(file: Path) -> Misconfigured:
    with pytest.raises(Misconfigured) as caught:
        read_settings(file)
    return caught.value


def test_an_unknown_key_is_named_with_its_section(file: Path) -> None:
    _change(file, "scan_s =", "scan_seconds =")

    assert "Unbekannter Schlüssel „scan_seconds“ in [pickup]." == _fault(file).message


def test_a_missing_key_is_named_with_its_section(file: Path) -> None:
    _change(file, 'endpoint = "s3.example:443"\n', "")

    assert "Der Schlüssel „endpoint“ in [storage] fehlt." == _fault(file).message


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("port = 8443", "port = 84430", "settings_invalid"),
        ('id = "musterstadt"', 'id = "Muster/stadt"', "settings_invalid"),
        ('url = "https://', 'url = "http://', "settings_invalid"),
        ("[storage]", "[storage", "settings_unreadable"),
    ],
)
def test_a_wrong_value_is_refused(file: Path, old: str, new: str, code: str) -> None:
    _change(file, old, new)

    assert code == _fault(file).code


def test_a_missing_file_is_not_an_empty_one(tmp_path: Path) -> None:
    assert "settings_missing" == _fault(tmp_path / "hub.toml").code


def test_an_office_nobody_set_up_is_refused(file: Path) -> None:
    settings = read_settings(file)

    assert "musterstadt" == settings.tenant("musterstadt").id
    with pytest.raises(Misconfigured, match="unknown_tenant"):
        settings.tenant("anderswo")


def test_a_secret_is_read_from_its_file_without_the_line_end(file: Path) -> None:
    path = _keep_secret(file, 0o600)

    assert b"value" == secret(read_settings(file), path.parent.parent, "kek")


def test_the_environment_goes_before_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _keep_secret(file, 0o600)
    monkeypatch.setenv("AKTENHUB_SECRET_KEK", "from outside")

    assert b"from outside" == secret(read_settings(file), file.parent, "kek")


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_secret_others_can_read_is_refused(file: Path, mode: int) -> None:
    _keep_secret(file, mode)

    with pytest.raises(Misconfigured, match="secret_exposed"):
        secret(read_settings(file), file.parent, "kek")


def test_a_missing_secret_is_named(file: Path) -> None:
    with pytest.raises(Misconfigured, match="secret_missing"):
        secret(read_settings(file), file.parent, "kek")


def _keep_secret(file: Path, mode: int) -> Path:
    path = file.parent / "secrets" / "kek"
    path.parent.mkdir()
    path.write_text("value\n")
    path.chmod(mode)
    return path
