"""Puts words behind a picture, unseen: they can be searched, copied and read aloud.

A font without drawings says only which letter is meant, so that every language's letters fit.
Runs in the limited child only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pikepdf

from efile.inspection.spelling import Box

_NAME = "/Worte"
_BODY = 0.5
"""Width of every letter, in parts of its size."""
_ON_LINE = 0.2
"""How far above the lower edge of its box a word's line is, in parts of the height."""
_MOST_LETTERS = 60_000
_ROWS = 100


class Layer:
    """The unseen font of one document, which learns letters as they come."""

    def __init__(self, document: pikepdf.Pdf) -> None:
        self._document = document
        self._codes: dict[str, int] = {}
        self.font = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0,
                BaseFont=pikepdf.Name("/Worte"), Encoding=pikepdf.Name("/Identity-H"),
            )
        )  # fmt: skip

    def lay(self, page: pikepdf.Page, words: Iterable[tuple[str, Box]]) -> None:
        """Put words behind the content of a page."""
        across, down = float(page.mediabox[2]), float(page.mediabox[3])
        drawn = [self._drawn(text, box, across, down) for text, box in words]
        if not drawn:
            return
        resources = page.obj.Resources
        if "/Font" not in resources:
            resources.Font = pikepdf.Dictionary()
        resources.Font[_NAME] = self.font
        content = "\n".join(["BT 3 Tr", *drawn, "ET"])
        page.contents_add(content.encode(), prepend=True)

    def finish(self) -> None:
        """Write down which letters were meant."""
        descriptor = pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor, FontName=pikepdf.Name("/Worte"), Flags=4,
            FontBBox=[0, 0, 500, 1000], ItalicAngle=0, Ascent=800, Descent=-200, CapHeight=800,
            StemV=80,
        )  # fmt: skip
        self.font.DescendantFonts = pikepdf.Array(
            [
                self._document.make_indirect(
                    pikepdf.Dictionary(
                        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType2,
                        BaseFont=pikepdf.Name("/Worte"), DW=int(_BODY * 1000),
                        CIDSystemInfo=pikepdf.Dictionary(
                            Registry="Adobe", Ordering="Identity", Supplement=0
                        ),
                        FontDescriptor=self._document.make_indirect(descriptor),
                    )
                )
            ]
        )  # fmt: skip
        self.font.ToUnicode = self._document.make_stream(_meanings(list(self._codes)))

    def _drawn(self, text: str, box: Box, across: float, down: float) -> str:
        left, top, wide, high = box
        size = max(high * down, 1.0)
        stretch = 100 * wide * across / (_BODY * size * max(len(text), 1))
        low = down - (top + high) * down + _ON_LINE * size
        return (
            f"{_NAME} {size:.2f} Tf {stretch:.1f} Tz 1 0 0 1 {left * across:.2f} {low:.2f} Tm"
            f" <{''.join(self._code(sign) for sign in text + ' ')}> Tj"
        )

    def _code(self, sign: str) -> str:
        if sign not in self._codes and len(self._codes) >= _MOST_LETTERS:
            sign = " "
        return f"{self._codes.setdefault(sign, len(self._codes) + 1):04X}"


def _meanings(letters: Sequence[str]) -> bytes:
    rows = [
        f"<{code:04X}> <{letter.encode('utf-16-be').hex().upper()}>"
        for code, letter in enumerate(letters, 1)
    ]
    groups = [rows[begin : begin + _ROWS] for begin in range(0, len(rows), _ROWS)]
    body = "\n".join(
        f"{len(group)} beginbfchar\n" + "\n".join(group) + "\nendbfchar" for group in groups
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def"
        " /CMapName /Worte def /CMapType 2 def"
        " 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{body}\nendcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode()
