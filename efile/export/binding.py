"""Binds readied parts into one volume: cover, contents, stamped pages, bookmarks.

Runs in the limited child only. Leaves (*Blatt*) are counted over the pages of the documents;
cover and contents have Roman numbers, so that the number a reader shows is the leaf.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from efile.renditions.typesetting import Line, Placed, Typesetter

_STAMP_FONT = "/BlattF"
_STAMP_SIZE = 9
_STAMP_MARGIN = 14
_DIGIT_WIDTH = 0.556
_REFERENCE_WIDTH = 595
"""A stamp is as large on every page as on A4, in proportion."""
_MOST_TITLE = 300


@dataclass(slots=True)
class _Part:
    """One part on its way: where its pages are and how many."""

    name: str
    kind: str
    note: str
    data: bytes
    attached: bool
    paragraphs: list[str]
    pages: int = 0
    begin: int = 0
    """First page among the set pages, for what is set."""


@dataclass(slots=True)
class _Document:
    title: str
    facts: str
    subfile: str
    """Name of the part of the file; empty: none."""
    parts: list[_Part] = field(default_factory=list)
    leaf: int = 0


def bind(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the bound volume and how many leaves it has."""
    documents = _documents(params, data)
    setter = Typesetter()
    sources = _opened(documents, setter)
    leaf = int(params["first"])
    for document in documents:
        document.leaf = leaf
        leaf += sum(part.pages for part in document.parts)
    last = leaf - 1
    cover, _ = setter.add(_cover(params, documents, last))
    contents, marked = setter.add(_contents(documents))
    front = range(setter.pages - cover - contents, setter.pages)
    with pikepdf.open(io.BytesIO(setter.finish())) as set_pages, pikepdf.new() as bound:
        bound.pages.extend([set_pages.pages[number] for number in front])
        for document in documents:
            for part in document.parts:
                own = sources.get(id(part))
                pages = set_pages.pages[part.begin : part.begin + part.pages]
                bound.pages.extend(own.pages if own else pages)
        _number(bound, len(front), int(params["first"]))
        _link(bound, documents, marked, front.start, len(front), int(params["first"]))
        _mark(bound, documents, len(front), int(params["first"]))
        _attach(bound, documents)
        _name(bound, params)
        stream = io.BytesIO()
        bound.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    for source in sources.values():
        source.close()
    return {"leaves": last - int(params["first"]) + 1, "last": last}, stream.getvalue()


def _documents(params: dict[str, Any], data: bytes) -> list[_Document]:
    documents, begin = [], 0
    for listed in params["documents"]:
        document = _Document(
            str(listed["title"])[:_MOST_TITLE], str(listed["facts"]), str(listed["subfile"])
        )
        for one in listed["parts"]:
            size = int(one["size"])
            document.parts.append(
                _Part(
                    one["name"], one["kind"], one["note"], data[begin : begin + size],
                    one["attached"], one["paragraphs"],
                )
            )  # fmt: skip
            begin += size
        documents.append(document)
    return documents


def _opened(documents: list[_Document], setter: Typesetter) -> dict[int, pikepdf.Pdf]:
    """Open what is a PDF and set what is words; every part then knows its pages."""
    sources: dict[int, pikepdf.Pdf] = {}
    for document in documents:
        for part in document.parts:
            if part.kind == "pdf":
                source = pikepdf.open(io.BytesIO(part.data), suppress_warnings=True)
                sources[id(part)] = source
                part.pages = len(source.pages)
            else:
                part.begin = setter.pages
                part.pages, _ = setter.add(_sheet(document, part))
    return sources


def _sheet(document: _Document, part: _Part) -> list[Line]:
    head = [Line(document.title, 14, bold=True), Line(document.facts, 9), Line(part.name, 9)]
    if part.note:
        head.append(Line(part.note, 11, bold=True, before=18))
    if part.attached:
        head.append(Line("Das Original ist dieser Datei als Anlage beigefügt.", 11, before=6))
    return [*head, Line(""), *(Line(text) for text in part.paragraphs)]


def _cover(params: dict[str, Any], documents: list[_Document], last: int) -> list[Line]:
    first = int(params["first"])
    lines = [Line(str(params["title"]), 24, bold=True, before=150)]
    lines += [Line(str(text), 13, before=10) for text in params["facts"]]
    leaves = f"Blatt {first} bis {last}" if last >= first else "keine Blätter"
    lines.append(Line(f"{len(documents)} Dokumente, {leaves}", 13, before=10))
    lines.append(Line(str(params["scope"]), 10, before=40))
    return lines


def _contents(documents: list[_Document]) -> list[Line]:
    lines = [Line("Inhalt", 18, bold=True), Line("Die Zahl am Rand ist das erste Blatt.", 9)]
    for number, document in enumerate(documents):
        lines.append(Line(document.title, 10, right=str(document.leaf), before=7, mark=str(number)))
        lines.append(Line(document.facts, 8, indent=12))
        if len(document.parts) > 1:
            lines += [Line(part.name, 8, indent=12) for part in document.parts]
    return lines


def _number(bound: pikepdf.Pdf, front: int, first: int) -> None:
    """Stamp the leaf on every page behind the front, and give the front Roman numbers."""
    font = bound.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica, Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    )  # fmt: skip
    for number in range(front, len(bound.pages)):
        _stamp(bound.pages[number], f"Blatt {first + number - front}", font)
    labels = [0, pikepdf.Dictionary(S=pikepdf.Name.r)]
    if len(bound.pages) > front:
        labels += [front, pikepdf.Dictionary(S=pikepdf.Name.D, St=first)]
    bound.Root.PageLabels = pikepdf.Dictionary(Nums=pikepdf.Array(labels))


def _stamp(page: pikepdf.Page, text: str, font: pikepdf.Object) -> None:
    left, low, right, high = (float(edge) for edge in page.cropbox)
    turn = int(page.obj.get("/Rotate", 0)) % 360
    across = high - low if turn in {90, 270} else right - left
    scale = max(across / _REFERENCE_WIDTH, 0.2)
    size, margin = _STAMP_SIZE * scale, _STAMP_MARGIN * scale
    wide = (len(text) * _DIGIT_WIDTH + 0.6) * size
    # The lower right corner of what is seen, in the coordinates of the unturned page.
    a, b, c, d, x, y = {
        0: (1, 0, 0, 1, right - margin - wide, low + margin),
        90: (0, 1, -1, 0, right - margin, high - margin - wide),
        180: (-1, 0, 0, -1, left + margin + wide, high - margin),
        270: (0, -1, 1, 0, left + margin, low + margin + wide),
    }.get(turn, (1, 0, 0, 1, right - margin - wide, low + margin))
    if "/Resources" not in page.obj:
        page.obj.Resources = pikepdf.Dictionary()
    resources = page.obj.Resources
    if "/Font" not in resources:
        resources.Font = pikepdf.Dictionary()
    resources.Font[_STAMP_FONT] = font
    drawn = (
        f"Q q {a} {b} {c} {d} {x:.2f} {y:.2f} cm 1 1 1 rg"
        f" 0 0 {wide:.2f} {size * 1.5:.2f} re f 0 0 0 rg"
        f" BT {_STAMP_FONT} {size:.2f} Tf {0.3 * size:.2f} {0.4 * size:.2f} Td ({text}) Tj ET Q"
    )
    page.contents_add(b"q", prepend=True)
    page.contents_add(drawn.encode())


def _link(
    bound: pikepdf.Pdf, documents: list[_Document], marked: list[Placed], start: int, front: int,
    first: int,
) -> None:  # fmt: skip
    """Make each line of the contents lead to its document."""
    notes: dict[int, list[pikepdf.Object]] = {}
    for one in marked:
        leaf = documents[int(one.mark)].leaf
        place = front + leaf - first
        if place >= len(bound.pages):
            continue
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=list(one.box),
            Border=[0, 0, 0], Dest=[bound.pages[place].obj, pikepdf.Name.Fit],
            Contents=f"Zu Blatt {leaf}",
        )  # fmt: skip
        notes.setdefault(one.page - start, []).append(bound.make_indirect(note))
    for page, links in notes.items():
        bound.pages[page].obj.Annots = pikepdf.Array(links)


def _mark(bound: pikepdf.Pdf, documents: list[_Document], front: int, first: int) -> None:
    with bound.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Inhalt", 0))
        for document in documents:
            begin = front + document.leaf - first
            item = pikepdf.OutlineItem(document.title, begin)
            if len(document.parts) > 1:
                for part in document.parts:
                    item.children.append(pikepdf.OutlineItem(part.name, begin))
                    begin += part.pages
            outline.root.append(item)
        outline.root.extend(_by_subfile(documents, front - first))


def _by_subfile(documents: list[_Document], before: int) -> list[pikepdf.OutlineItem]:
    """Return bookmarks by part of the file, in which the order of time need not be the reader's."""
    found: dict[str, pikepdf.OutlineItem] = {}
    for document in documents:
        if document.subfile:
            part = found.setdefault(
                document.subfile,
                pikepdf.OutlineItem(f"Teilakte {document.subfile}", before + document.leaf),
            )
            part.children.append(pikepdf.OutlineItem(document.title, before + document.leaf))
    return list(found.values())


def _attach(bound: pikepdf.Pdf, documents: list[_Document]) -> None:
    """Attach the originals of what has no pages."""
    for document in documents:
        leaf = document.leaf
        for part in document.parts:
            if part.attached:
                name = f"Blatt {leaf} {part.name}"
                bound.attachments[name] = pikepdf.AttachedFileSpec(
                    bound, part.data, description=part.note, filename=name,
                    mime_type="application/octet-stream", creation_date="", mod_date="",
                )  # fmt: skip
            leaf += part.pages


def _name(bound: pikepdf.Pdf, params: dict[str, Any]) -> None:
    bound.docinfo["/Title"] = str(params["title"])
    bound.Root.Lang = pikepdf.String("de-DE")
    bound.Root.PageMode = pikepdf.Name.UseOutlines
    bound.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)


JOBS = {"bind": bind}
