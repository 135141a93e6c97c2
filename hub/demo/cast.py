"""Who appears in the demonstration. Everybody and everything here is invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """A child, the parent it lives with, and what the office decided."""

    case_id: str
    child: tuple[str, str]
    """Family name, given names."""
    born: str
    sex: str
    nationality: str
    """Destatis key; 000 is German."""
    parent: tuple[str, str]
    street: str
    house_number: str
    account: int
    """Number the made-up bank account is built from."""
    minimum: int
    """*Mindestunterhalt* in euros for the child's age step in 2026."""
    amount: int
    """Payable per month in euros: *Mindestunterhalt* less 259 *Kindergeld*."""
    reclaim: int = 0
    """Claimed back from the parent (§ 5 UVG), in euros."""
    birth_place: str = "Musterstadt"
    residence_title: str = ""

    @property
    def iban(self) -> str:
        """Return an account with right check digits at a bank that does not exist."""
        return iban(self.account)


@dataclass(frozen=True, slots=True)
class Office:
    """One tenant of the demonstration and its cases, by the case core they live in."""

    id: str
    name: str
    city: str
    postal_code: str
    xml: tuple[Family, ...]
    csv: tuple[Family, ...]
    caseworker: tuple[str, str]
    """Login and name."""


def iban(account: int) -> str:
    """Return a German IBAN with valid check digits for an invented account."""
    number = f"10000000{account:010d}"
    check = 98 - int(f"{number}131400") % 97
    return f"DE{check:02d}{number}"


MUSTERSTADT = Office(
    id="musterstadt",
    name="Landratsamt Musterstadt, Kreisjugendamt",
    city="Musterstadt",
    postal_code="99999",
    caseworker=("m.sommer", "Miriam Sommer"),
    xml=(
        Family(
            "UVG-2026-000101", ("Beispiel", "Amina"), "2015-03-09", "w", "475",
            ("Beispiel", "Rana"), "Lindenweg", "7a", 4711, 558, 299,
            birth_place="Aleppo", residence_title="Aufenthaltserlaubnis",
        ),
        Family(
            "UVG-2026-000102", ("Müller-Łukasz", "Jonas"), "2022-05-14", "m", "000",
            ("Müller", "Katrin"), "Am Söhnkeplatz", "12", 4712, 486, 227,
        ),
        Family(
            "UVG-2026-000103", ("Vogel & Söhne", "Ida Marie"), "2012-08-30", "w", "000",
            ("Vogel", "Thorsten"), "Hauptstraße", "3", 4713, 653, 394, reclaim=454,
        ),
        Family(
            "UVG-2026-000104", ("Çelik", "Deniz"), "2019-11-02", "d", "000",
            ("Çelik", "Aylin"), "Ringstraße", "28 b", 4714, 558, 299,
        ),
    ),
    csv=(
        Family(
            "ALT-0815", ("Groß", "Frieda"), "2018-01-20", "w", "000",
            ("Groß", "Annegret"), "Bahnhofstraße", "1", 4715, 558, 299,
        ),
        Family(
            "ALT-0816", ("Weiß", "Paul"), "2023-09-17", "m", "000",
            ("Weiß", "Jörg"), "Mühlgasse", "9", 4716, 486, 227,
        ),
    ),
)  # fmt: skip

BEISPIELHAUSEN = Office(
    id="beispielhausen",
    name="Stadt Beispielhausen, Amt für Jugend und Familie",
    city="Beispielhausen",
    postal_code="88888",
    caseworker=("k.winter", "Karim Winter"),
    xml=(
        Family(
            "UV-77001", ("Öztürk", "Leyla"), "2021-03-14", "w", "000",
            ("Öztürk", "Emre"), "Schillerstraße", "44", 5811, 486, 227, reclaim=227,
        ),
        Family(
            "UV-77002", ("Sørensen", "Nils"), "2014-06-06", "m", "000",
            ("Sørensen", "Birgit"), "Goethestraße", "2", 5812, 653, 394,
        ),
    ),
    csv=(
        Family(
            "BH-301", ("Jäger", "Mia"), "2021-12-01", "w", "000",
            ("Jäger", "Sven"), "Marktplatz", "5", 5813, 486, 227,
        ),
    ),
)  # fmt: skip

OFFICES = (MUSTERSTADT, BEISPIELHAUSEN)

AZR_NUMBER = "151103000001"
"""Amina's number in the simulated register; it must appear nowhere outside her file."""

CLOSED_ACCOUNT = MUSTERSTADT.xml[1].iban
"""Payments there are refused by the simulated cash system."""

ADMINISTRATOR = ("betrieb", "Zentraler Betrieb")
AUDITOR = ("revision", "Innenrevision")
PASSWORD = "Vorführung-2026!"  # noqa: S105  printed by the demonstration for everybody to use
