"""Judge a certificate: validity, purpose, key strength, chain to the partner's anchors.

Three-valued: what the path verifier cannot handle (brainpool, Edwards curves) or what took
too long is *undecidable*, never accepted. The strength policy is our own because path
verifiers let weak keys pass.

Residual risk: revocation is not checked here. A revoked certificate of our own is known by the
state an administrator gives it, and by the partner's refusal; one of a sender by its CA's list
(:mod:`hub.certificates.revocation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from cryptography import x509
from cryptography.x509 import verification as path
from cryptography.x509.oid import ExtendedKeyUsageOID

from hub.certificates.chains import Chain, key_facts
from hub.core.clock import local_date

E = TypeVar("E", bound=x509.ExtensionType)

RSA_BITS = 3000
"""TR-02102-1: RSA keys of at least 3000 bits."""
MAX_DEPTH = 6
"""Longer chains than root, policy CA, issuing CA do not occur in administration PKIs."""
_VERIFIABLE = ("rsa", "secp256r1", "secp384r1", "secp521r1")
_STRONG_ELSEWHERE = ("brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "ed25519", "ed448")
_WEAK_HASHES = ("md5", "sha1")


class Verdict(StrEnum):
    """Outcome of ``certs check``."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    UNDECIDABLE = "undecidable"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reasons in German."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a certificate must be good for."""

    usage: x509.ObjectIdentifier
    german: str


CLIENT = Purpose(ExtendedKeyUsageOID.CLIENT_AUTH, "„TLS-Client“ (clientAuth)")
SERVER = Purpose(ExtendedKeyUsageOID.SERVER_AUTH, "„TLS-Server“ (serverAuth)")

UNDECIDED_IN_TIME = Judgement(
    Verdict.UNDECIDABLE, ("Die Prüfung hat zu lange gedauert; bitte von Hand prüfen.",)
)


def judge(chain: Chain, anchors: Sequence[x509.Certificate], now_us: int) -> Judgement:
    """Judge a client certificate for use towards the partner whose anchors are given."""
    faults = faults_of(chain, now_us)
    if faults:
        return Judgement(Verdict.REFUSE, faults)
    if not anchors:
        reason = "Für den Partner sind keine Vertrauensanker hinterlegt (certs trust)."
        return Judgement(Verdict.UNDECIDABLE, (reason,))
    involved = (chain.leaf, *chain.others, *anchors)
    foreign = sorted({key_facts(one.public_key())[0] for one in involved} - set(_VERIFIABLE))
    if foreign:
        reason = f"Die Kette mit {', '.join(foreign)} kann nicht geprüft werden."
        return Judgement(Verdict.UNDECIDABLE, (reason,))
    return _judge_path(chain, anchors, now_us)


def judge_own(chain: Chain, now_us: int) -> Judgement:
    """Judge a server certificate of our own; whether others trust its CA is theirs to say."""
    faults = faults_of(chain, now_us, SERVER)
    return Judgement(Verdict.REFUSE, faults) if faults else Judgement(Verdict.ACCEPT)


def faults_of(chain: Chain, now_us: int, purpose: Purpose = CLIENT) -> tuple[str, ...]:
    """Return what forbids the use of a certificate whatever its chain."""
    return (
        *_validity(chain.leaf, now_us),
        *_purpose(chain.leaf, purpose),
        *(fault for one in (chain.leaf, *chain.others) for fault in _strength(one)),
    )


def _validity(leaf: x509.Certificate, now_us: int) -> tuple[str, ...]:
    if now_us > to_us(leaf.not_valid_after_utc):
        return (f"Das Zertifikat ist am {_day(leaf.not_valid_after_utc)} abgelaufen.",)
    if now_us < to_us(leaf.not_valid_before_utc):
        return (f"Das Zertifikat gilt erst ab {_day(leaf.not_valid_before_utc)}.",)
    return ()


def _purpose(leaf: x509.Certificate, purpose: Purpose) -> tuple[str, ...]:
    faults = []
    if purpose is SERVER and not _extension(leaf, x509.SubjectAlternativeName):
        faults.append("Das Zertifikat nennt keinen Rechnernamen (subjectAltName).")
    usages = _extension(leaf, x509.ExtendedKeyUsage)
    # Without the extension every purpose is allowed (RFC 5280 4.2.1.12).
    if usages is not None and purpose.usage not in usages:
        faults.append(f"Der Verwendungszweck {purpose.german} fehlt.")
    usage = _extension(leaf, x509.KeyUsage)
    if usage is not None and not usage.digital_signature:
        faults.append("Die Schlüsselverwendung erlaubt keine Signatur.")
    basic = _extension(leaf, x509.BasicConstraints)
    if basic is not None and basic.ca:
        faults.append("Das Zertifikat gehört einer Zertifizierungsstelle.")
    return tuple(faults)


def _strength(one: x509.Certificate) -> tuple[str, ...]:
    algorithm, bits = key_facts(one.public_key())
    digest = one.signature_hash_algorithm
    faults = []
    if algorithm == "rsa" and bits < RSA_BITS:
        faults.append(f"Der RSA-Schlüssel hat nur {bits} Bit (mindestens {RSA_BITS}).")
    elif algorithm not in (*_VERIFIABLE, *_STRONG_ELSEWHERE):
        faults.append(f"Die Schlüsselart {algorithm} ist nicht zugelassen.")
    if digest is not None and digest.name in _WEAK_HASHES:
        faults.append(f"Die Signatur verwendet das unsichere Verfahren {digest.name.upper()}.")
    return tuple(faults)


def _extension(one: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return one.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _judge_path(chain: Chain, anchors: Sequence[x509.Certificate], now_us: int) -> Judgement:
    verifier = (
        path.PolicyBuilder()
        .store(path.Store(list(anchors)))
        .time(datetime.fromtimestamp(now_us / 1_000_000, UTC))
        .max_chain_depth(MAX_DEPTH)
        .extension_policies(ca_policy=_ca_policy(), ee_policy=path.ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        verifier.verify(chain.leaf, list(chain.others))
    except path.VerificationError as exc:
        reason = f"Die Kette führt zu keinem Vertrauensanker des Partners ({exc})."
        return Judgement(Verdict.REFUSE, (reason,))
    return Judgement(Verdict.ACCEPT)


def _ca_policy() -> path.ExtensionPolicy:
    """CAs of the administration are no web PKI: only what makes a CA is demanded."""
    return (
        path.ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, path.Criticality.AGNOSTIC, _is_ca)
        .may_be_present(x509.KeyUsage, path.Criticality.AGNOSTIC, _signs_certificates)
    )


def _is_ca(_policy: path.Policy, _one: x509.Certificate, basic: x509.BasicConstraints) -> None:
    if not basic.ca:
        msg = "issuer is no CA"
        raise ValueError(msg)


def _signs_certificates(
    _policy: path.Policy, _one: x509.Certificate, usage: x509.KeyUsage | None
) -> None:
    if usage is not None and not usage.key_cert_sign:
        msg = "issuer must not sign certificates"
        raise ValueError(msg)


def to_us(moment: datetime) -> int:
    """Return microseconds since the epoch."""
    return int(moment.timestamp()) * 1_000_000


def _day(moment: datetime) -> str:
    return f"{local_date(to_us(moment)):%d.%m.%Y}"
