"""Lines of tables: they end with CR LF, the last one too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hub.formats.tally import Tally

END = "\r\n"

LONGEST = 1_000_000
"""Characters of a line at most; without a bound a file without line ends would fill the memory."""


def lines_of(chunks: Iterable[str], tally: Tally) -> Iterator[str]:
    """Yield the complete lines; a file with other line ends or a cut end is noted."""
    count, rest = 0, ""
    for chunk in chunks:
        lines = (rest + chunk).split(END)
        rest = lines.pop()
        count += len(lines)
        yield from lines
        if len(rest) > LONGEST:
            message = f"Die Zeile hat mehr als {LONGEST} Zeichen; Zeilen müssen mit CR LF enden."
            tally.add("line_end_wrong", message, line=count + 1)
            tally.whole = True
            return
    if not count:
        tally.add("line_end_wrong", "Zeilen müssen mit CR LF enden.", line=1)
    elif rest:
        message = "Die letzte Zeile endet nicht mit CR LF; die Datei ist abgeschnitten."
        tally.add("line_truncated", message, row=count, line=count + 1)
        tally.whole = True
