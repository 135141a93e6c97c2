"""A test certification authority: root, certificates for requests and for servers."""
