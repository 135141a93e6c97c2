"""Several nodes on one PostgreSQL: how far they carry together."""
