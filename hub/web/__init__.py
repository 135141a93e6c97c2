"""Staff pages: rendered on the server, readable without scripts."""
