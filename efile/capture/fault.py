"""Why foreign bytes cannot be read, as a word that crosses the border of a child."""

from __future__ import annotations


class Unreadable(Exception):
    """The bytes are at fault; ``code`` says how."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
