"""How pages look and speak: templates, words, menu."""
