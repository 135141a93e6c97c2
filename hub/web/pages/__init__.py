"""One module per page; a page asks, words and renders, and decides nothing."""
