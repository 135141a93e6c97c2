"""A structured document (XML or JSON) as a form: labels and values, nested as in the original."""

from __future__ import annotations

import re

from efile.errors import NotDisplayable
from efile.index import tree
from efile.index.tree import Field
from efile.model import DocumentPart, FormNode

_WORD_BORDER = re.compile(r"(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])|[_-]+")


def form_of(part: DocumentPart, data: bytes) -> FormNode:
    """Return the document as a form.

    Raises:
        NotDisplayable: it is not structured or cannot be read.
    """
    mime = part.mime.partition(";")[0].strip().lower()
    if mime.endswith(("/xml", "+xml")):
        return _node(tree.read_xml(data))
    if mime.endswith(("/json", "+json")):
        return _node(tree.read_json(data))
    raise NotDisplayable(
        "not_structured",
        "Dieses Dokument hat keine Formularansicht.",
        remedy="Als Seiten ansehen oder das Original herunterladen.",
        place=part.mime,
    )


def is_structured(part: DocumentPart) -> bool:
    """Say whether the part can be shown as a form."""
    mime = part.mime.partition(";")[0].strip().lower()
    return mime.endswith(("/xml", "+xml", "/json", "+json"))


def label_of(name: str) -> str:
    """Return a readable label: ``family_name`` and ``familyName`` become ``family name``."""
    words = [word for word in _WORD_BORDER.split(name) if word]
    return " ".join([words[0], *(_small(word) for word in words[1:])]) if words else name


def _small(word: str) -> str:
    """Abbreviations keep their capitals."""
    return word if word.isupper() else word[0].lower() + word[1:]


def _node(field: Field) -> FormNode:
    return FormNode(
        label_of(field.name), field.value, tuple(_node(each) for each in field.children)
    )
