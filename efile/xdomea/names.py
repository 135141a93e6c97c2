"""What messages of xdomea 3.1 and the files that carry them are called.

xdomea 3 knows a message by the process it belongs to and its kind alone: within a process there
is one message of each kind.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "3.1.0"
NAMESPACE = f"urn:xoev-de:xdomea:schema:{VERSION}"
PREFIX = "xdomea"
"""The standard wants this prefix, and no other."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message (*Nachrichtentyp*)."""

    code: str
    name: str

    @property
    def element(self) -> str:
        """Name of the message's root element."""
        return f"{self.name}.{self.code}"

    def file_name(self, process: str, suffix: str) -> str:
        """Return how the file of the message in this process is called."""
        return f"{process}_{self.element}{suffix}"


OFFER = Kind("0501", "Aussonderung.Anbieteverzeichnis")
APPRAISAL = Kind("0502", "Aussonderung.Bewertungsverzeichnis")
DELIVERY = Kind("0503", "Aussonderung.Aussonderung")
OFFER_RECEIVED = Kind("0504", "Aussonderung.AnbietungEmpfangBestaetigen")
APPRAISAL_RECEIVED = Kind("0505", "Aussonderung.BewertungEmpfangBestaetigen")
TAKEN = Kind("0506", "Aussonderung.AussonderungImportBestaetigen")
DELIVERY_RECEIVED = Kind("0507", "Aussonderung.AussonderungEmpfangBestaetigen")
KINDS = {
    kind.code: kind
    for kind in (OFFER, APPRAISAL, DELIVERY, OFFER_RECEIVED, APPRAISAL_RECEIVED, TAKEN,
                 DELIVERY_RECEIVED)
}  # fmt: skip
"""Every message of the disposal (*Aussonderung*) known here, by its code."""
