"""The tables of ``hub.toml`` as frozen values; a key that is not listed is refused."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from hub.core.errors import Misconfigured
from hub.core.holidays import Land
from hub.core.settings.kinds import Bytes, Count, Name, Pause, Port, Seconds, Section
from hub.core.settings.offices import Tenant
from hub.core.windows import WINDOW


class Folders(Section, frozen=True, kw_only=True):
    """Where things lie; relative paths are relative to ``hub.toml``."""

    data: str = "data"
    """Database and payload store."""
    inbox: str = "inbox"
    outbox: str = "outbox"
    certs: str = "certs"
    payloads: str = ""
    """Large messages; empty: ``payloads`` within ``data``. Several nodes share it."""
    secrets: str = "secrets"
    checkpoints: str = "checkpoints"
    """Signed checkpoints of the journal; to be copied elsewhere."""
    archive: str = "archive"
    """Closed years of the journal; to be copied elsewhere. Several nodes share it."""
    schemas: str = ""
    """Empty: the schemas shipped with the program."""
    mappings: str = ""
    """Empty: the mappings shipped with the program."""
    templates: str = ""
    """Empty: the letter templates shipped with the program."""
    file_kinds: str = ""
    """Empty: the file kinds (*Aktenarten*) shipped with the program."""
    xdomea: str = "schemas/xdomea"
    """The official schemas of xdomea, if somebody installed them."""


class Storage(Section, frozen=True, kw_only=True):
    """The S3 server behind the e-file; keys are ``s3_access_key`` and ``s3_secret_key``."""

    endpoint: str
    """``host:port`` without scheme."""
    secure: bool = True
    region: str = "eu-central-1"
    bucket_prefix: Name = "aktenhub"
    """Buckets are named ``<prefix>-<tenant>-akte``."""
    durable: bool = False
    """The operator declares that the server syncs before it answers; no probe can tell."""


class Web(Section, frozen=True, kw_only=True):
    """Staff pages."""

    host: str = "127.0.0.1"
    port: Port = 8443
    idle_minutes: Count = 30
    """A session ends after this long without a request (ASVS 7.3.1)."""
    absolute_hours: Count = 10
    """A session ends after this long in any case (ASVS 7.3.2)."""
    second_factor: tuple[Literal["administrator", "auditor", "caseworker"], ...] = (
        "administrator", "auditor", "caseworker",
    )  # fmt: skip
    """Roles that need a second factor beside their password (ASVS 6.3.3)."""


class Oidc(Section, frozen=True, kw_only=True):
    """The identity provider staff sign in at (OpenID Connect); its key is ``oidc_client``."""

    enabled: bool = False
    issuer: Annotated[str, Meta(pattern=r"^https://[^\s?#]+\Z")]
    """As the provider writes it; its description lies at ``/.well-known/openid-configuration``."""
    client_id: str
    redirect: Annotated[str, Meta(pattern=r"^https://[^\s?#]+/anmelden/konto/zurueck\Z")]
    """Our address as registered there."""
    label: str = "Mit dem Verwaltungskonto anmelden"
    login_claim: Literal["preferred_username", "email", "upn"] = "preferred_username"
    """What names the account at the first sign-in; from then on the subject counts."""
    acr: tuple[str, ...] = ()
    """How well somebody must have signed in there (``acr``); empty: the provider decides."""
    hosts: tuple[str, ...] = ()
    """Further hosts the provider's endpoints may lie on."""
    authorities: str = ""
    """PEM file of the CAs the provider's certificate comes from; empty: the system's."""
    timeout_s: Seconds = 10.0


class Ops(Section, frozen=True, kw_only=True):
    """Health and metrics for the operator's monitoring; bind to an internal address only."""

    host: str = "127.0.0.1"
    port: Port = 8444


class Pickup(Section, frozen=True, kw_only=True):
    """Watched folders."""

    scan_s: Seconds = 5.0
    """The periodic full scan is the truth; events only shorten the wait."""
    settle_s: Pause = 5.0
    """A file must have kept size and time for this long before it is taken."""
    settle_max_s: Seconds = 900.0
    """So long a sidecar waits for its files and for the right digest."""
    max_bytes: Count = 50_000_000
    """Larger files are quarantined unread."""
    max_attachment_bytes: Count = 200_000_000
    """The same for files that come with a message."""
    batch: Count = 200
    """Files claimed per round; one durable transaction carries them all."""
    keep_done_days: Annotated[int, Meta(ge=0, le=3650)] = 7
    """Cleared files stay in ``.done`` and ``.duplicate`` so long; 0 removes them at once."""


class Intake(Section, frozen=True, kw_only=True):
    """The door for senders over HTTPS."""

    enabled: bool = False
    """Offices without such senders need no door."""
    host: str = "127.0.0.1"
    port: Port = 8445
    certificate: str = ""
    """PEM file with the server's certificate and chain; empty: the central store's."""
    key: str = ""
    """PEM file with its private key, readable by the service only."""
    max_bytes: Count = 104_857_600
    """Larger messages are refused unread."""
    max_attachments: Annotated[int, Meta(ge=0, le=1000)] = 100
    """Attachments of one message; 0: none are taken in."""
    max_unit_bytes: Count = 1_000_000_000
    """Larger requests with attachments are refused unread; each attachment has the limit of
    ``pickup.max_attachment_bytes``."""
    media_types: tuple[str, ...] = (
        "application/xml", "text/xml", "text/csv", "text/plain", "application/octet-stream",
    )  # fmt: skip
    """Content types taken in."""
    idempotency_key: Literal["required", "optional"] = "required"
    """Whether a request needs an ``Idempotency-Key``."""
    max_wait_s: Pause = 30.0
    """Longest wait for the verdict a sender may ask for."""
    per_sender: Count = 64
    """Requests of one sender at once."""
    at_once: Count = 256
    """Requests of all senders at once."""
    connections: Count = 1024
    """Connections at once; further ones are closed unheard."""
    grace_s: Seconds = 20.0
    """A body may be behind its slowest pace for so long; headers and handshake as well."""
    slowest_bytes_s: Count = 16_384
    """Slowest pace of a body in bytes per second."""
    idle_s: Seconds = 30.0
    """An unused connection is closed after this long."""
    crls: str = ""
    """Folder of revocation lists for client certificates; empty: none is looked for."""
    stale_crl: Literal["refuse", "accept"] = "refuse"
    """What becomes of a certificate whose CA has no usable list."""


class Limits(Section, frozen=True, kw_only=True):
    """Beyond these nothing more is taken in; intake goes on at four fifths of them."""

    backlog_messages: Count = 10_000
    """Messages of one channel that nobody has read yet."""
    backlog_bytes: Bytes = 1_000_000_000
    """The same in bytes."""
    free_bytes: Bytes = 1_000_000_000
    """Free room on the disk of the data folder; less than this stops the intake."""
    database_bytes: Bytes = 200_000_000_000
    """Size of the database."""


class Isolation(Section, frozen=True, kw_only=True):
    """Child processes that parse foreign bytes."""

    workers: Count = 2
    memory_mb: Annotated[int, Meta(ge=256, le=1_000_000)] = 1024
    wall_s: Seconds = 20.0
    """Time on the clock for one round of documents."""
    cpu_s: Count = 15
    """Processor seconds for one round of documents; beyond them the child is ended."""
    recycle_after: Count = 20_000
    """Jobs after which a child is replaced, so that leaks of parsers stay bounded."""


class Filing(Section, frozen=True, kw_only=True):
    """How documents get into the e-file."""

    own_process: bool = False
    """Filed beside the hub instead of within it: more goes through where there are two cores."""
    first_pages: Literal["filed", "opened", "never"] = "filed"
    """When the picture of a document's first page is made, which the viewer shows at once."""


class Upkeep(Section, frozen=True, kw_only=True):
    """How often the e-file's storage is tried out, verified, and a rebuild drilled; 0: never."""

    probe_days: Annotated[int, Meta(ge=0, le=3650)] = 7
    """What the storage can do is tried out again after so long, or when it is another one."""
    verify_days: Annotated[int, Meta(ge=0, le=3650)] = 30
    """Every object of an office is read and compared so often."""
    drill_days: Annotated[int, Meta(ge=0, le=3650)] = 90
    """An index is built from storage beside the one in use so often, and compared with it."""
    window: Annotated[str, Meta(pattern=WINDOW)] = ""
    """When what is due may begin, in local time; empty: at any time."""
    memory_mb: Annotated[int, Meta(ge=512, le=1_000_000)] = 4096
    """Memory of the process that verifies and drills; beyond it the run fails."""


class Delivery(Section, frozen=True, kw_only=True):
    """How promises are kept."""

    lease_s: Seconds = 60.0
    first_retry_s: Seconds = 5.0
    max_retry_s: Seconds = 900.0
    deadline_h: Seconds = 72.0
    batch_window_s: Pause = 30.0
    """Cash orders wait at most this long for company before a batch file is closed."""
    batch_max: Count = 10_000
    """Orders per batch file at most."""


class Evidence(Section, frozen=True, kw_only=True):
    """Signed checkpoints of the journal, signed heads of the e-file's log."""

    checkpoint_entries: Annotated[int, Meta(ge=1, le=1_000_000)] = 10_000
    """After so many new entries of an office a checkpoint is signed."""
    checkpoint_minutes: Annotated[float, Meta(gt=0, le=10_080)] = 15.0
    """At the latest after so long, when there are new entries."""
    head_minutes: Annotated[float, Meta(gt=0, le=10_080)] = 10.0
    """So often a head of the e-file's log is signed, when something was filed."""
    tsa_url: str = ""
    """Time stamp authority (RFC 3161) for heads; empty: none is asked."""
    tsa_roots: str = ""
    """PEM file with the authority's root certificates."""
    stamp_hours: Annotated[float, Meta(gt=0, le=8_760)] = 24.0
    """So often a head is stamped, when there is a new one."""
    broken_chain: Literal["refuse", "alarm"] = "refuse"
    """When a journal was changed or cut at its end: do not start, or start and raise an alarm."""


class Alerts(Section, frozen=True, kw_only=True):
    """When people are told that something is wrong, and how; without address only as figures."""

    waiting_minutes: Count = 60
    """The oldest promise of a queue has waited so long."""
    blocked_hours: Count = 24
    """A lane has waited for a human so long."""
    certificate_days: Count = 30
    """A certificate in use expires within so many days."""
    free_bytes: Bytes = 5_000_000_000
    """Less room than this is left on the disk of the data folder."""
    calm_minutes: Count = 10
    """A cause must be away so long before it counts as over."""
    repeat_hours: Count = 24
    """What lasts is said again after so long."""
    webhook: Annotated[str, Meta(pattern=r"^(https?://.+)?\Z")] = ""
    """Address that gets a JSON document; empty: none."""
    smtp_host: str = ""
    """Mail server; empty: no mail."""
    smtp_port: Port = 587
    smtp_tls: Literal["starttls", "none"] = "starttls"
    """``none`` only for a server on the same machine."""
    smtp_user: str = ""
    """Signs in with the secret ``smtp_password``; empty: no sign-in."""
    mail_from: str = ""
    mail_to: tuple[str, ...] = ()


class Retention(Section, frozen=True, kw_only=True):
    """How long bytes of finished messages are kept."""

    payload_days: Annotated[int, Meta(ge=0, le=36_500)] = 730
    """Since the bytes were last named; 0 keeps them for ever."""


class Letters(Section, frozen=True, kw_only=True):
    """Rendering of letters."""

    soffice: str = "soffice"
    """LibreOffice program."""
    timeout_s: Seconds = 120.0


Idempotent = Literal["yes", "no", "query-url"]
"""What helps when an answer did not come: sending again, nothing, or inquiring."""


class HttpsTarget(Section, frozen=True, kw_only=True):
    """A partner reached over HTTPS with a client certificate."""

    name: Name
    url: Annotated[str, Meta(pattern=r"^https://")]
    timeout_s: Seconds = 30.0
    idempotent: Idempotent = "no"
    """Whether an unanswered request may simply be sent again."""
    query_url: Annotated[str, Meta(pattern=r"^(https://.*\{id\}.*)?\Z")] = ""
    """With ``query-url``: where to inquire what became of a delivery."""
    concurrency: Annotated[int, Meta(ge=1, le=512)] = 16
    """Deliveries in work at once, over all nodes."""
    open_after: Count = 5
    """Failures in a row after which nothing is tried but one probe per pause."""
    pause_s: Seconds = 30.0
    """First pause; it doubles up to ``delivery.max_retry_s``."""
    window: Annotated[str, Meta(pattern=WINDOW)] = ""
    """When deliveries are taken, in local time; empty: always."""
    land: Land | None = None
    """On public holidays of this Land the window is shut."""

    def __post_init__(self) -> None:
        """Check that inquiring has an address."""
        if (self.idempotent == "query-url") != bool(self.query_url):
            msg = "query_url gehört zu idempotent = query-url, und nur dazu"
            raise ValueError(msg)


class Postgresql(Section, frozen=True, kw_only=True):
    """The database of several nodes."""

    dsn: str
    """``host=… dbname=… user=…`` or ``postgresql://…``, without a password."""
    login: Literal["password", "peer"] = "password"
    """``password``: the secret ``postgresql_password``; ``peer``: socket or client certificate."""
    programs: str = ""
    """Folder of ``pg_dump`` and ``pg_restore`` in the server's version; empty: the search path."""


class Settings(Section, frozen=True, kw_only=True):
    """The whole of ``hub.toml``."""

    storage: Storage
    tenants: tuple[Tenant, ...]
    node: Name = "hub-1"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    database: Literal["sqlite", "postgresql"] = "sqlite"
    """``sqlite`` (one node, file in the data folder) or ``postgresql`` (any number of nodes)."""
    postgresql: Postgresql | None = None
    folders: Folders = Folders()
    web: Web = Web()
    oidc: Oidc | None = None
    ops: Ops = Ops()
    pickup: Pickup = Pickup()
    intake: Intake = Intake()
    limits: Limits = Limits()
    isolation: Isolation = Isolation()
    filing: Filing = Filing()
    efile: Upkeep = Upkeep()
    delivery: Delivery = Delivery()
    letters: Letters = Letters()
    evidence: Evidence = Evidence()
    retention: Retention = Retention()
    alerts: Alerts = Alerts()
    https: tuple[HttpsTarget, ...] = ()

    def tenant(self, tenant_id: str) -> Tenant:
        """Return one office.

        Raises:
            Misconfigured: no such tenant.
        """
        for tenant in self.tenants:
            if tenant.id == tenant_id:
                return tenant
        raise Misconfigured(
            "unknown_tenant",
            f"Der Mandant {tenant_id!r} ist nicht eingerichtet.",
            remedy="Mandanten stehen in hub.toml unter [[tenants]].",
        )
