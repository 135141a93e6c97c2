"""A real time stamp authority, made with OpenSSL, for tests."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_SETTINGS = """
[ tsa ]
default_tsa = own
[ own ]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ req ]
distinguished_name = name
[ name ]
[ root ]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[ stamping ]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass
class Authority:
    """Where it answers, and what its stamps are proven against."""

    folder: Path
    url: str = ""
    answers: bool = True

    @property
    def roots(self) -> Path:
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        """Return the response ``openssl ts`` gives."""
        asked, said = self.folder / "query.tsq", self.folder / "reply.tsr"
        asked.write_bytes(query)
        _openssl("ts", "-reply", "-queryfile", asked, "-out", said,
                 "-config", self.folder / "tsa.cnf")  # fmt: skip
        return said.read_bytes()


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=True)


def make_authority(folder: Path) -> Authority:
    """Make root, signer and settings."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "tsa.cnf"
    settings.write_text(_SETTINGS.format(folder=folder), encoding="utf-8")
    (folder / "serial").write_text("01\n", encoding="utf-8")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    _openssl("req", "-x509", *curve, "-keyout", folder / "root.key", "-out", folder / "root.pem",
             "-subj", "/CN=Test Root", "-days", "30", "-config", settings,
             "-extensions", "root")  # fmt: skip
    _openssl("req", *curve, "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr",
             "-subj", "/CN=Test TSA", "-config", settings)  # fmt: skip
    _openssl("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "root.pem",
             "-CAkey", folder / "root.key", "-CAcreateserial", "-days", "30",
             "-extfile", settings, "-extensions", "stamping", "-out", folder / "tsa.pem")  # fmt: skip
    return Authority(folder)


@contextmanager
def serving(authority: Authority) -> Iterator[Authority]:
    """Answer time stamp queries on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            body = authority.reply(query) if authority.answers else b""
            self.send_response(200 if authority.answers else 503)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    authority.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
