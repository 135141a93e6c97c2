"""The case core (*Fachverfahren*): case data and notices come in, acts follow."""

from hub.partners.case_core.handler import HANDLERS

__all__ = ["HANDLERS"]
