"""From HTTPS to HTTPS: the hub, a sending and a receiving system, each a process of its own."""
