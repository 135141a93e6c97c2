"""Where the database is: what an address may say, and what is added to it."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from hub.core.errors import Misconfigured
from hub.store.engines.session import Address


@pytest.mark.parametrize("dsn", ["host=db password=x", "postgresql://hub:x@db/hub", "host=db port"])
def test_an_address_with_a_password_or_without_sense_is_refused(dsn: str) -> None:
    with pytest.raises(Misconfigured, match="database_address"):
        Address(dsn).conninfo()


@pytest.mark.parametrize(
    ("dsn", "mode"),
    [
        ("host=db.example dbname=hub", "verify-full"),
        ("postgresql://db.example,db2.example/hub", "verify-full"),
        ("host=db.example sslmode=verify-ca", "verify-ca"),
        ("host=/run/postgresql", None),
        ("host=127.0.0.1", None),
        ("dbname=hub", None),
    ],
)
def test_another_machine_must_prove_who_it_is(dsn: str, mode: str | None) -> None:
    assert mode == conninfo_to_dict(Address(dsn).conninfo()).get("sslmode")


def test_of_several_servers_the_one_that_takes_writes_is_wanted() -> None:
    asked = conninfo_to_dict(Address("host=a,b").conninfo())

    assert "read-write" == asked["target_session_attrs"]


def test_the_password_goes_to_the_driver_and_is_never_shown() -> None:
    address = Address("host=db.example dbname=hub", "very secret")

    assert "very secret" == conninfo_to_dict(address.conninfo())["password"]
    assert "very secret" not in f"{address} {address!r} {address.place}"
