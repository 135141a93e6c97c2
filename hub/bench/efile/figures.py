"""What a measurement of the e-file says; the keys are stable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Work of which so much was done."""

    done: float
    seconds: float
    cpu_s: float
    """Processor time of the hub's processes, children included; the S3 server's is not."""

    @property
    def rate(self) -> float:
        """Return how much in a second."""
        return self.done / self.seconds

    @property
    def per_cpu_second(self) -> float:
        """Return how much in a second of one core's time."""
        return self.done / self.cpu_s


@dataclass(frozen=True, slots=True)
class Bare:
    """What the same server and engine do in the same run for a plain loop."""

    written_per_second: float
    """Letters with a manifest, stored and read back."""
    read_mb_per_second: float
    """Every object read and hashed."""
    words_per_second: float
    """Texts taken into an empty table of words."""

    def beside(self, filed: Timed, verified: Timed, rebuilt: Timed) -> dict[str, float]:
        """Return the figures, each with how much of it is reached."""
        return {
            "filed_bare_per_second": round(self.written_per_second, 1),
            "filed_ratio": round(filed.rate / self.written_per_second, 2),
            "verify_bare_mb_per_second": round(self.read_mb_per_second, 1),
            "verify_ratio": round(verified.rate / self.read_mb_per_second, 2),
            "rebuild_bare_per_second": round(self.words_per_second, 1),
            "rebuild_ratio": round(rebuilt.rate / self.words_per_second, 2),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How long answers to one kind of question took, in milliseconds."""

    p50_ms: float
    p95_ms: float
    cpu_ms: float
    """Processor time of the service per question."""
    asked: int
    empty: int
    """Answers without a single document; every question has some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What verification of one kind of documents in one kind of storage reached."""

    mb_per_second: float
    mb_per_cpu_second: float
    bare_mb_per_second: float
    """What a plain loop reads and hashes of the same objects."""
    ratio: float
    objects: int
    intact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What an inspection takes whose every page is redacted."""

    documents: int
    pages: int
    pictured: int
    seconds: float
    """Until the copy waits for the second person: searched, made, proven."""
    search_seconds: float
    cpu_s_per_page: float
    """Processor time of all processes until the copy is filed."""
    proof_share: float
    """Which part of the children's work is the proof."""
    copy_mb: float
    parts: int
    """Files the copy leaves in."""
    children_mb: float
    """The most memory the limited children held at one moment."""
    rss_mb: float
    """The same with the process itself."""
    clean: bool
    """Whether the proof found nothing and the copy was filed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFigures:
    """How long people wait for answers."""

    store: str
    documents: int
    """In the index while it was searched."""
    preload_seconds: float
    """Until what was missing of them was filled in."""
    database_mb: float
    search_p50_ms: float
    search_p95_ms: float
    search_cpu_ms: float
    search: Mapping[str, Answers]
    """By kind of question."""
    list_ms: float
    """Page of a file of a thousand documents, p95."""
    list_kb: float
    """Bytes of a page of the list of files, as sent, in kB."""
    case_kb: float
    """The same of the page of that file."""
    rss_mb: float

    def to_dict(self) -> dict[str, object]:
        """Return the stable keys of ``bench efile --json``."""
        return asdict(self)

    @property
    def answered(self) -> bool:
        """Whether every question was."""
        return not any(one.empty for one in self.search.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class EFileFigures:
    """One measurement of ``bench efile``."""

    searched: SearchFigures
    letters: int
    """PDF letters that were filed, with storage."""
    letter_bytes: int
    filed_per_second: float
    filed_per_cpu_second: float
    filed_bare_per_second: float
    """What a plain client stores and reads back of such letters."""
    filed_ratio: float
    verify_mb_per_second: float
    verify_mb_per_cpu_second: float
    verify_bare_mb_per_second: float
    """What a plain client reads and hashes of the same objects."""
    verify_ratio: float
    verify_objects: int
    verify: Mapping[str, Verified]
    """Letters and large documents, on the S3 server and in a folder."""
    rebuild_per_second: float
    rebuild_per_cpu_second: float
    rebuild_bare_per_second: float
    """Letters' words the engine takes into an empty table."""
    rebuild_ratio: float
    rebuild_read_per_second: float
    """The same without extracts, each document read again."""
    extracts_per_second: float
    """Documents of which extracts were made."""
    rebuilt: int
    """Documents: the letters, and as many messages as wished."""
    whole_file_pdf_seconds: float
    """Of a file of sixty documents, until the last volume is bound."""
    whole_file_pdf_pages: int
    whole_file_pdf_cpu_s: float
    inspection: Inspected | None
    """Nothing where the programs that prove a copy are missing."""
    first_page_ms: float
    """Until the stored picture of a first page is there, p95."""
    first_page_kb: float
    """Bytes of a picture, as they lie, in kB."""
    first_page_cpu_ms: float
    """Processor time of drawing and keeping one."""
    rss_mb: float
    fsync_per_second: float
    hash_mb_per_second: float
    """What one core hashes from memory."""
    intact: bool
    """Whether verification and rebuild found no fault and no document was lost."""

    @property
    def good(self) -> bool:
        """Whether everything was whole, every question answered and every copy proven."""
        clean = self.inspection is None or self.inspection.clean
        return self.intact and self.searched.answered and clean

    def to_dict(self) -> dict[str, object]:
        """Return the stable keys of ``bench efile --json``."""
        own = asdict(self)
        del own["searched"]
        return self.searched.to_dict() | own
