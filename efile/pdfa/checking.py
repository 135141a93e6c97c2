"""Whether a file is PDF/A, and what makes one so; runs in the limited child only.

The checker approves only what it knows to conform. What it denies may still be PDF/A; what it
approves is.
"""

from __future__ import annotations

import io

import pikepdf
from pikepdf import pdfa

CHECKER = f"pikepdf {pikepdf.__version__}"
_CHECKED_PARTS = {"1", "2", "3"}


def claimed(document: pikepdf.Pdf) -> str:
    """Return what of its claim can be checked, as ``2b``; empty without such a claim.

    Whoever claims level A or U claims level B with it.
    """
    try:
        said = document.open_metadata(set_pikepdf_as_editor=False).pdfa_status
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError):
        return ""
    return f"{said[0]}b" if said[:1] in _CHECKED_PARTS else ""


def passes(data: bytes, flavour: str) -> bool:
    """Say whether a file was proven to be PDF/A of this flavour."""
    return pdfa.validate_written(io.BytesIO(data), flavour).passed


def _say_glyphs(document: pikepdf.Pdf) -> None:
    """Say of fonts how letters become glyphs where they leave it at the usual."""
    for one in document.objects:
        if (
            isinstance(one, pikepdf.Dictionary)
            and one.get("/Subtype") == pikepdf.Name.CIDFontType2
            and "/CIDToGIDMap" not in one
        ):
            one.CIDToGIDMap = pikepdf.Name.Identity


def finished(document: pikepdf.Pdf, digest: str) -> tuple[str, bytes] | None:
    """Return flavour and bytes of a document as PDF/A; nothing where the proof fails.

    ``digest`` is that of the original, named in the file as its source.
    """
    flavour = "3b" if len(document.attachments) else "2b"
    with document.open_metadata(set_pikepdf_as_editor=False) as told:
        told["dc:source"] = f"urn:sha256:{digest}"
    _say_glyphs(document)
    pdfa.prepare(document, flavour)
    stream = io.BytesIO()
    document.save(stream, **pdfa.resolve_save_kwargs(flavour))
    data = stream.getvalue()
    return (flavour, data) if passes(data, flavour) else None
