"""Handing files over to the archive (*Aussonderung*): offer, answer, delivery, confirmation."""
