import pytest

from hub.web.presentation.rendering import environment, fingerprint, number, size, static_files


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 Byte"), (999, "999 Byte"), (1_000, "1,0 kB"), (64_400, "64,4 kB"),
     (512_000, "512 kB"), (2_600_000, "2,6 MB"), (54_000_000_000, "54,0 GB")],
)  # fmt: skip
def test_a_size_reads_as_people_say_it(size_bytes: int, text: str) -> None:
    assert text == size(size_bytes)


def test_a_number_has_points() -> None:
    assert "1.234.567" == number(1_234_567)


def test_values_are_escaped_and_missing_names_are_errors() -> None:
    template = environment().from_string("{{ name }}")

    assert "&lt;b&gt;" == template.render(name="<b>")
    assert environment().undefined.__name__ == "StrictUndefined"


def test_the_pages_need_nothing_from_elsewhere() -> None:
    for name, body in static_files().items():
        text = body.decode()

        assert "url(" not in text
        assert "@import" not in text
        assert "http" not in text.replace("http://www.w3.org/2000/svg", ""), name


def test_a_fingerprint_follows_the_bytes() -> None:
    assert 12 == len(fingerprint("style.css"))
    assert fingerprint("style.css") != fingerprint("app.js")
