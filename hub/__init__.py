"""Message hub between case core, cash systems, the AZR and the e-file."""
