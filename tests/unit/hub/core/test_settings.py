"""``hub.toml`` is read strictly, and secrets are kept from others."""

import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.errors import Misconfigured
from hub.core.settings import Settings, read_settings, secret
from hub.core.settings.wording import in_german

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


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("port = 8443", 'port = "x"', "Der Wert in [web.port] ist Text, nicht eine ganze Zahl."),
        ("port = 8443", "port = 84430", "Der Wert in [web.port] muss <= 65535 sein."),
        ("scan_s = 5.0", "scan_s = inf", "Der Wert in [pickup.scan_s] muss <= 31536000.0 sein."),
        ("scan_s = 5.0", "scan_s = nan", "Der Wert in [pickup.scan_s] muss > 0.0 sein."),
        ("scan_s = 5.0", '"scan-s" = 5.0', "Unbekannter Schlüssel „scan-s“ in [pickup]."),
        ('office = "4711"', 'office = ""',
         "Der Wert in [tenants[0].cash.office] muss >= 1 Zeichen lang sein."),
        ('log_level = "info"', 'log_level = "loud"',
         "„loud“ in [log_level] ist kein zulässiger Wert."),
        ('database = "sqlite"', 'database = "oracle"',
         "„oracle“ in [database] ist kein zulässiger Wert."),
        ('node = "hub-1"', 'node = "hub-1\\n"',
         r"Der Wert in [node] hat nicht die verlangte Form (^[a-z][a-z0-9-]{1,30}\\Z)."),
        ('name = "ihv"', 'name = "fachverfahren"',
         "Der Mandant „musterstadt“ hat zwei Kanäle desselben Namens."),
        ("[[tenants]]", '[[https]]\nname = "azr"\nurl = "https://b.example"\n\n[[tenants]]',
         "Unter [[https]] steht eine Gegenstelle zweimal."),
    ],
)  # fmt: skip
def test_a_fault_is_toldin_german_with_its_place(
    file: Path, old: str, new: str, message: str
) -> None:
    _change(file, old, new)

    fault = _fault(file)

    assert (message, str(file)) == (fault.message, fault.place)


def test_a_file_without_offices_is_refused(file: Path) -> None:
    file.write_text('tenants = []\n[storage]\nendpoint = "x:1"\n', encoding="utf-8")

    assert "mindestens einen" in _fault(file).message


def test_the_line_of_a_typing_mistake_is_named(file: Path) -> None:
    file.write_text("node = 1\nlog_level = = 2\n", encoding="utf-8")

    assert f"{file}, Zeile 2, Spalte 13" == _fault(file).place


@pytest.mark.parametrize("data", [b'node = "\xff"', b"\xff\xfen\0o\0"])
def test_what_is_no_utf_8_is_refused(file: Path, data: bytes) -> None:
    file.write_bytes(data)

    assert "settings_unreadable" == _fault(file).code


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    assert ("settings_unreadable", str(tmp_path)) == (_fault(tmp_path).code, _fault(tmp_path).place)


@given(st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
))  # fmt: skip
def test_any_value_in_place_of_a_section_is_refusedin_german(value: object) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"storage": value, "tenants": []}, Settings)

    said = in_german(str(caught.value))

    assert said.startswith(("Der ", "Unbekannter "))
    assert "Expected" not in said


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_secret_is_a_missing_one(file: Path, content: str) -> None:
    _keep_secret(file, 0o600).write_text(content)

    with pytest.raises(Misconfigured, match="secret_missing"):
        secret(read_settings(file), file.parent, "kek")


def test_a_folder_in_place_of_a_secret_is_a_missing_one(file: Path) -> None:
    (file.parent / "secrets" / "kek").mkdir(parents=True, mode=0o700)

    with pytest.raises(Misconfigured, match="secret_missing"):
        secret(read_settings(file), file.parent, "kek")


def test_the_database_of_several_nodes_needs_its_address(file: Path) -> None:
    _change(file, 'database = "sqlite"', 'database = "postgresql"')
    read_settings(file)
    _change(file, "[postgresql]", "[folders.x]")
    text = file.read_text(encoding="utf-8")
    begin = text.index("[folders.x]")
    file.write_text(text[:begin] + text[text.index("[storage]") :], encoding="utf-8")

    assert "[postgresql]" in _fault(file).message
