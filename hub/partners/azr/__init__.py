"""The *Ausländerzentralregister*: what its answers mean and what follows from them."""

from hub.partners.azr.handler import HANDLERS

__all__ = ["HANDLERS"]
