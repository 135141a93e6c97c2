import ssl

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hub.certificates.chains import read_certificates
from hub.certificates.tls import client_context, server_context

CA = trustme.CA()
ISSUER = CA.create_child_ca()
STRANGER = trustme.CA()


def client(anchor: trustme.CA) -> ssl.SSLContext:
    own = CA.issue_cert("client.example")
    key = load_pem_private_key(own.private_key_pem.bytes(), None)
    chain = b"".join(part.bytes() for part in own.cert_chain_pems)
    return client_context(key, chain, read_certificates(anchor.cert_pem.bytes()))


def shake_hands(context: ssl.SSLContext, certificate: trustme.LeafCert) -> dict[str, object]:
    """Connect client and server in memory; return the client certificate the server saw."""
    accepting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(accepting)
    CA.configure_trust(accepting)
    accepting.verify_mode = ssl.CERT_REQUIRED
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = context.wrap_bio(to_client, to_server, server_hostname="register.example")
    theirs = accepting.wrap_bio(to_server, to_client, server_side=True)
    for side in (ours, theirs, ours, theirs):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return dict(theirs.getpeercert() or {})


def test_the_partner_sees_our_certificate():
    seen = shake_hands(client(CA), CA.issue_cert("register.example"))

    assert ("DNS", "client.example") in seen["subjectAltName"]


def test_an_issuing_ca_can_be_the_anchor():
    assert shake_hands(client(ISSUER), ISSUER.issue_cert("register.example"))


@pytest.mark.parametrize(
    "certificate",
    [
        STRANGER.issue_cert("register.example"),
        CA.issue_cert("elsewhere.example"),
        CA.issue_cert("elsewhere.example", common_name="register.example"),
    ],
    ids=["another CA", "another name", "name only in the common name"],
)
def test_no_other_server_is_taken_for_the_partner(certificate):
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(client(CA), certificate)


def test_old_protocols_and_tickets_are_off():
    context = client(CA)

    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.options & ssl.OP_NO_TICKET


def test_our_door_asks_for_certificates_but_lets_tokens_in():
    own = CA.issue_cert("hub.example")
    key = load_pem_private_key(own.private_key_pem.bytes(), None)
    chain = b"".join(part.bytes() for part in own.cert_chain_pems)
    context = server_context(key, chain, read_certificates(CA.cert_pem.bytes()))

    assert context.verify_mode is ssl.CERT_OPTIONAL
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.options & ssl.OP_NO_TICKET
    assert 0 == context.num_tickets
