"""Writing messages, object by object: what is written is never held as a whole."""

from __future__ import annotations

import io
from collections.abc import AsyncIterable, Iterable

from lxml import etree

from efile.proof.copying import Sink
from efile.xdomea.elements import NAMES, Element, element, qualified
from efile.xdomea.heads import Head, head


async def write_objects(stream: Sink, opening: Head, objects: AsyncIterable[Element]) -> None:
    """Write an offer or a delivery with its objects (*Schriftgutobjekte*)."""
    root = qualified(opening.kind.element)
    with etree.xmlfile(stream, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element(root, nsmap=NAMES):
            file.write(head(opening))
            async for each in objects:
                file.write("\n", element("Schriftgutobjekt", each))
    stream.write(b"\n")


def simple_message(opening: Head, contents: Iterable[Element] = ()) -> bytes:
    """Return a small message: a head and what follows it."""
    stream = io.BytesIO()
    made = etree.Element(qualified(opening.kind.element), nsmap=NAMES)
    made.append(head(opening))
    made.extend(contents)
    etree.ElementTree(made).write(stream, encoding="UTF-8", xml_declaration=True)
    return stream.getvalue() + b"\n"
