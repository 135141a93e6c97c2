"""Simulated register (AZR), written from ``docs/partners/azr.md`` and XAusländer 26.11 alone."""
