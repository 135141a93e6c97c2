"""Lines of tables: they end with CR LF, the last one too."""

from __future__ import annotations

from hub.formats.tally import Tally

END = "\r\n"


def lines_of(text: str, tally: Tally) -> list[str]:
    """Return the complete lines; a file with other line ends or a cut end is noted."""
    if END not in text:
        tally.add("line_end_wrong", "Zeilen müssen mit CR LF enden.", line=1)
        return []
    lines = text.split(END)
    if lines.pop():
        message = "Die letzte Zeile endet nicht mit CR LF; die Datei ist abgeschnitten."
        tally.add("line_truncated", message, row=len(lines), line=len(lines) + 1)
        tally.whole = True
    return lines
