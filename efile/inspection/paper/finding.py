"""Finds on pages what is to be redacted, with its places: known terms, and tell-tale patterns.

Runs in the limited child only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from efile.capture import pdf
from efile.inspection.paper import reading
from efile.inspection.spelling import Box, Find, Token, Wording, around, find, tokens
from efile.inspection.subjects import Term, term

_SAME_LINE = 0.5
_WIDEST_GAP = 0.1
"""Parts of the page between two words of one box."""
_PATTERNS = {
    "iban": re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"),
    "email": re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b"),
    "phone": re.compile(
        r"(?i)(?:tel|telefon|mobil|handy|fon|funk)[a-z]{0,8}\.?(?:nummer|nr\.?)?\s{0,3}:?\s{0,3}"
        r"(\+?\d[\d /()-]{5,20}\d)"
    ),
}  # fmt: skip
_MOST_FINDS = 2_000
"""On one page; whoever has more withholds the document."""
Hit = tuple[str, list[Box]]


def look(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the finds of pages ``first`` to ``last`` and the terms that patterns brought.

    ``pictured`` says which pages are to be read off their picture as well.
    """
    known = [Term(**one) for one in params["terms"]]
    own = {str(one) for one in params["own"]}
    brought: dict[str, Term] = {}
    pages: dict[str, list[Hit]] = {}
    pictured: list[int] = []
    with pdf.opened(data) as document:
        last = min(int(params["last"]), len(document))
        for number in range(int(params["first"]), last + 1):
            page = reading.page_of(document, number)
            signs = list(reading.signs(page))
            if not reading.speaks(page, len(signs)):
                pictured.append(number)
            pages[str(number)] = _hits(signs, known, own, brought, similar=False)
            page.close()
        return {
            "pages": pages, "pictured": pictured,
            "terms": [asdict(one) for one in brought.values()],
        }, b""  # fmt: skip


def look_at_picture(params: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the finds on the picture of one page; also of words with one sign read wrongly."""
    known = [Term(**one) for one in params["terms"]]
    brought: dict[str, Term] = {}
    with pdf.opened(data) as document:
        page = reading.page_of(document, int(params["first"]))
        words = reading.seen_words(reading.drawn(page))
    signs = list(reading.seen_signs(words))
    hits = _hits(signs, known, set(params["own"]), brought, similar=True)
    return {"hits": hits, "terms": [asdict(one) for one in brought.values()]}, b""


def _hits(
    signs: Sequence[tuple[str, Box]], known: Sequence[Term], own: set[str],
    brought: dict[str, Term], *, similar: bool,
) -> list[Hit]:  # fmt: skip
    found = tokens(signs)
    if known:
        for one in _patterns("".join(sign for sign, _ in signs)):
            if _form(one) not in own and not _is_known(one, known):
                brought.setdefault(one.id, one)
    terms = [*known, *brought.values()]
    finds = find(found, [(one.id, one.wordings()) for one in terms], similar=similar)
    return [(one.term, lines_of(found, one)) for one in finds[:_MOST_FINDS]]


def lines_of(found: Sequence[Token], one: Find) -> list[Box]:
    """Return the boxes of a find, one for each line it stands on."""
    lines: list[list[Box]] = []
    for token in found[one.first : one.last + 1]:
        if lines and _is_beside(around(lines[-1]), token.box):
            lines[-1].append(token.box)
        else:
            lines.append([token.box])
    return [around(line) for line in lines]


def _is_beside(line: Box, box: Box) -> bool:
    overlap = min(line[1] + line[3], box[1] + box[3]) - max(line[1], box[1])
    gap = max(line[0], box[0]) - min(line[0] + line[2], box[0] + box[2])
    return overlap > _SAME_LINE * min(line[3], box[3]) and gap < _WIDEST_GAP


def _patterns(text: str) -> Iterator[Term]:
    for hit in _PATTERNS["iban"].finditer(text):
        if is_iban(hit[0]):
            yield term("", "iban", hit[0], "A")
    for hit in _PATTERNS["email"].finditer(text):
        yield term("", "email", hit[0], "A")
    for hit in _PATTERNS["phone"].finditer(text):
        yield term("", "phone", hit[1], "A")


def _is_known(one: Term, known: Iterable[Term]) -> bool:
    return any(each.kind == one.kind and _form(each) == _form(one) for each in known)


def _form(one: Term) -> str:
    first = next(iter(one.wordings()), Wording(""))
    return first.form


def is_iban(text: str) -> bool:
    """Say whether an account number's check digits fit (ISO 13616)."""
    plain = re.sub(r"\s", "", text).upper()
    turned = plain[4:] + plain[:4]
    return plain.isascii() and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1
