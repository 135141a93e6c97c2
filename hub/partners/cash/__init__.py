"""Every cash system: one partner, many profiles (docs/adr/0016-one-cash-partner-many-profiles.md).

Profiles differ in layout and transport, which is data; what their answers mean does not.
"""

from hub.partners.cash.handler import HANDLERS

__all__ = ["HANDLERS"]
