"""What the engines behind the database port share, and PostgreSQL itself."""
