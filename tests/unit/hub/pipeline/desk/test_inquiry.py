from hub.pipeline.desk.inquiry import letter
from tests.factories import make_tenant

PROMISE = {
    "id": "0192f0a0-0000-7000-8000-000000000005", "queue": "deliver:azr",
    "made_us": 1_795_000_000_000_000, "payload_sha256": "ab" * 32,
}  # fmt: skip


def test_the_letter_names_the_request_and_no_person() -> None:
    spec = {
        "record_kind": "Registeranfrage",
        "case_key": "UV-2026-0815",
        "name": "UV-2026-0815.xml",
    }

    text = letter(PROMISE, spec, make_tenant())

    for said in (PROMISE["id"], "ab" * 32, "An: azr", "18.11.2026", "Registeranfrage",
                 "Jugendamt Musterstadt"):  # fmt: skip
        assert str(said) in text
    assert "UV-2026-0815" not in text
