"""The composition root: what it reads, what it refuses, what it gives back."""

import fcntl
from collections import Counter
from pathlib import Path

import pytest

from hub import app
from hub.app import SHIPPED, Place, open_database, open_house, pending_migrations
from hub.channels.inbound.opening import open_inboxes
from hub.core.errors import Misconfigured
from hub.core.settings import read_settings
from hub.pipeline.decision.mind import handlers
from hub.routing.table import Routes
from tests.command_line import AWAY
from tests.crash.house import House, build_house


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build_house(tmp_path / "house", AWAY)


@pytest.fixture
def place(house: House) -> Place:
    return Place.read(house.folder / "hub.toml")


def _with(house: House, folders: str) -> Place:
    settings = house.folder / "hub.toml"
    settings.write_text(f"{settings.read_text()}\n[folders]\n{folders}\n")
    return Place.read(settings)


def test_relative_folders_begin_at_the_settings_file(house: House) -> None:
    place = _with(house, 'data = "store"\nmappings = "own"')

    assert house.folder / "store" / "hub.sqlite" == place.database_file
    assert (house.folder / "own", SHIPPED / "schemas") == (place.mappings, place.schemas)


@pytest.mark.parametrize(
    "folders",
    ['outbox = "inbox"', 'outbox = "inbox/out"', 'secrets = "data/secrets"',
     f'inbox = "{SHIPPED}/mappings/in"', f'data = "{SHIPPED}/hub"'],
)  # fmt: skip
def test_what_is_dropped_never_lies_where_it_is_run_or_served(house: House, folders: str) -> None:
    with pytest.raises(Misconfigured, match="folders_overlap"):
        _with(house, folders).check_folders()


def test_an_inbox_never_holds_settings_or_the_interpreter(house: House, tmp_path: Path) -> None:
    apart = [
        f'{name} = "{tmp_path}/apart/{name}"' for name in ("data", "outbox", "certs", "secrets")
    ]

    with pytest.raises(Misconfigured, match="folders_overlap"):
        _with(house, "\n".join([*apart, 'inbox = "."'])).check_folders()


def test_an_owner_this_machine_does_not_know_is_refused(house: House) -> None:
    settings = house.folder / "hub.toml"
    text = settings.read_text().replace(
        'ready = "rename"', 'ready = "rename"\nowner = "niemand-hier"', 1
    )
    settings.write_text(text)

    with pytest.raises(Misconfigured, match="owner_unknown"):
        open_inboxes(read_settings(settings), house.folder)


def test_folders_that_lie_apart_are_fine(place: Place) -> None:
    place.check_folders()

    assert place.schemas.is_dir()


def test_every_record_that_comes_in_has_its_decider() -> None:
    routes = Routes.load(SHIPPED / "mappings" / "routes.toml").ways_in
    alone = {route.kind for route in routes if not route.split}
    of_a_batch = {"Kassenprotokoll", "Sollbestaetigung", "Isteinnahme"}

    assert "Bescheid" in alone
    assert alone | of_a_batch <= handlers().keys()


def test_migrations_run_once_in_a_fixed_order() -> None:
    names = [name for name, _ in app.all_migrations()]

    assert [1] * len(names) == list(Counter(names).values())
    assert "0001_pre_messages" in names[0]


async def test_opening_the_database_brings_it_up_to_date(place: Place) -> None:
    before = await pending_migrations(place)
    async with open_database(place):
        pass

    assert len(app.all_migrations()) == len(before)
    assert [] == await pending_migrations(place)


async def test_looking_for_migrations_makes_no_database(place: Place) -> None:
    await pending_migrations(place)

    assert not place.database_file.exists()


def test_every_channel_gets_its_folder_and_its_rules(house: House, place: Place) -> None:
    inboxes = open_inboxes(place.settings, place.base)
    path = house.folder / "inbox" / "beispielhausen" / "kasse"

    assert {
        ("musterstadt", "fachverfahren"), ("musterstadt", "ihv"),
        ("beispielhausen", "fachverfahren"), ("beispielhausen", "kasse"),
    } == inboxes.keys()  # fmt: skip
    assert path == inboxes["beispielhausen", "kasse"].path
    assert ("rename", 7) == (
        inboxes["beispielhausen", "kasse"].rules.ready,
        inboxes["beispielhausen", "kasse"].rules.keep_done_days,
    )
    assert (path / ".quarantine").is_dir()


async def test_a_second_house_in_one_folder_is_refused(place: Place) -> None:
    place.data.mkdir(exist_ok=True)
    with (place.data / "hub.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Misconfigured, match="already_running"):
            async with open_house(place):
                pass


async def test_a_house_is_given_back_whole(place: Place) -> None:
    (place.data / "work" / "left").mkdir(parents=True)
    (place.data / "work" / "left" / "letter.docx").write_bytes(b"personal data")

    async with open_house(place) as house:
        assert {"azr"} == set(house.lines)
        assert not (place.data / "work").exists()
    async with open_house(place) as again:
        assert again.database is not house.database


async def test_a_house_that_cannot_be_opened_gives_back_its_lock(
    place: Place, house: House
) -> None:
    kek = house.folder / "secrets" / "kek"
    value = kek.read_bytes()
    kek.unlink()
    with pytest.raises(Misconfigured, match="secret_missing"):
        async with open_house(place):
            pass
    kek.touch(mode=0o600)
    kek.write_bytes(value)

    async with open_house(place) as opened:
        assert opened.base == place.base
