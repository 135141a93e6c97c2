"""Finding documents by their words, and keeping texts analysed as today's search needs them."""
