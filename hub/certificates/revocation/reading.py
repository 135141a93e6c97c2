"""Read one revocation list (CRL, RFC 5280) and believe it only as far as its CA signed it.

A list that speaks for others than its signer, for some reasons only, or only of changes is not
usable: what it does not say would be taken for *not revoked*.

Residual risk: a CA that splits its list by distribution points signs several full-looking
lists; only one that covers all certificates of senders may be handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from hub.certificates.validation import to_us
from hub.core.errors import Rejected

E = TypeVar("E", bound=x509.ExtensionType)

MAX_BYTES = 64 * 1024 * 1024
"""More than any CA of the administration will ever revoke; read whole."""
_WEAK_HASHES = ("md5", "sha1")


@dataclass(frozen=True, slots=True)
class RevocationList:
    """What one key of a CA says it has revoked."""

    issuer: bytes
    """Name of the CA, DER."""
    subject: str
    """The same in words."""
    key_id: bytes | None
    """Of the CA's key, as its certificates name it; ``None``: they do not."""
    serials: frozenset[int]
    this_update_us: int
    next_update_us: int
    """From then on it is stale."""


def read(data: bytes, anchors: Sequence[x509.Certificate]) -> RevocationList:
    """Read a list, DER or PEM, and prove it by one of the anchors.

    Raises:
        Rejected: it is no list, not signed by an anchor, or does not speak of all certificates.
    """
    try:
        pem = data.lstrip().startswith(b"-----BEGIN")
        crl = x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)
        signer = next((one for one in anchors if _signed(crl, one)), None)
        if signer is None:
            raise _unusable("keine der hinterlegten Zertifizierungsstellen hat sie unterschrieben")
        _demand_complete(crl)
        serials = frozenset(one.serial_number for one in crl)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as exc:
        raise _unusable("sie ist keine lesbare Sperrliste") from exc
    if crl.next_update_utc is None:
        raise _unusable("sie nennt keinen Zeitpunkt der nächsten Liste")
    return RevocationList(
        issuer=crl.issuer.public_bytes(), subject=crl.issuer.rfc4514_string(),
        key_id=_subject_key(signer), serials=serials,
        this_update_us=to_us(crl.last_update_utc), next_update_us=to_us(crl.next_update_utc),
    )  # fmt: skip


def _signed(crl: x509.CertificateRevocationList, anchor: x509.Certificate) -> bool:
    key, usage = anchor.public_key(), _extension(anchor.extensions, x509.KeyUsage)
    digest = crl.signature_hash_algorithm
    if crl.issuer != anchor.subject or (usage and not usage.crl_sign):
        return False
    if digest is not None and digest.name in _WEAK_HASHES:
        return False
    try:
        return crl.is_signature_valid(key)  # type: ignore[arg-type]  # other keys raise TypeError
    except TypeError:
        return False


def _demand_complete(crl: x509.CertificateRevocationList) -> None:
    """See that the list speaks of every certificate its signer issued."""
    for one in crl.extensions:
        if isinstance(one.value, x509.IssuingDistributionPoint):
            point = one.value
            partial = (
                point.indirect_crl or point.only_some_reasons or point.only_contains_ca_certs
                or point.only_contains_attribute_certs
            )  # fmt: skip
            if partial:
                raise _unusable("sie nennt nicht alle gesperrten Zertifikate")
        elif one.critical:
            raise _unusable("sie nennt nur Änderungen oder enthält Unbekanntes")


def _subject_key(anchor: x509.Certificate) -> bytes | None:
    found = _extension(anchor.extensions, x509.SubjectKeyIdentifier)
    return found.digest if found else None


def issued_by(certificate: x509.Certificate) -> tuple[bytes, bytes | None]:
    """Return the name of a certificate's CA and the id of its key, as far as it is named."""
    found = _extension(certificate.extensions, x509.AuthorityKeyIdentifier)
    return certificate.issuer.public_bytes(), found.key_identifier if found else None


def _extension(extensions: x509.Extensions, kind: type[E]) -> E | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _unusable(why: str) -> Rejected:
    return Rejected(
        "crl_unusable", f"Die Sperrliste ist nicht zu gebrauchen: {why}.",
        remedy="Die vollständige, aktuelle Liste der Zertifizierungsstelle verwenden und deren "
        "Anker mit „aktenhub certs trust“ einspielen.",
    )  # fmt: skip
