"""What the operator knows of each certificate: whose, for whom, how long, in which state."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from cryptography import x509

from hub.certificates.chains import Chain, fingerprint
from hub.certificates.rotation import State
from hub.certificates.validation import to_us
from hub.core.errors import Rejected
from hub.store.database import Row

PRODUCTION = "production"
TLS_CLIENT = "tls-client"
TLS_SERVER = "tls-server"
DAY_US = 86_400_000_000
_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")


def demand_name(name: str) -> str:
    """Return a name of an office or a partner; it becomes part of file names.

    Raises:
        Rejected: it is none.
    """
    if not _NAME.fullmatch(name):
        raise Rejected(
            "partner_name_invalid",
            f"„{name}“ ist kein Name eines Mandanten oder Partners.",
            remedy="Kleinbuchstaben, Ziffern und Bindestrich verwenden.",
        )
    return name


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that holds one active certificate at a time."""

    tenant: str
    partner: str
    environment: str = PRODUCTION
    purpose: str = TLS_CLIENT


OWN_DOOR = Slot("betrieb", "intake", PRODUCTION, TLS_SERVER)
"""The certificate of our own door; it belongs to the operator, not to an office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One row of the inventory; no key material."""

    id: str
    tenant: str
    partner: str
    environment: str
    purpose: str
    state: State
    key_id: str
    key_algorithm: str
    key_bits: int
    subject: str
    issuer: str | None = None
    """Unknown, like all below, until a certificate came back from the CA."""
    serial: str | None = None
    fingerprint: str | None = None
    not_before_us: int | None = None
    not_after_us: int | None = None
    replaces: str | None = None
    """Id of the certificate that was active in the slot before."""
    created_us: int
    activated_us: int | None = None
    last_used_us: int | None = None

    @property
    def slot(self) -> Slot:
        """Where it is used."""
        return Slot(self.tenant, self.partner, self.environment, self.purpose)


_FIELDS = tuple(field.name for field in fields(Certificate))


def from_row(row: Row) -> Certificate:
    """Return the inventory entry of a row."""
    return Certificate(**{name: row[name] for name in _FIELDS} | {"state": State(row["state"])})


def issued_row(certificate_id: str, chain: Chain) -> Row:
    """Return what a certificate that came back adds to its row."""
    leaf: x509.Certificate = chain.leaf
    return {
        "id": certificate_id,
        "subject": leaf.subject.rfc4514_string(),
        "issuer": leaf.issuer.rfc4514_string(),
        "serial": f"{leaf.serial_number:x}",
        "fingerprint": fingerprint(leaf),
        "not_before_us": to_us(leaf.not_valid_before_utc),
        "not_after_us": to_us(leaf.not_valid_after_utc),
        "chain_pem": chain.pem.decode("ascii"),
    }
