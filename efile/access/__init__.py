"""Who may see which file and document: competence, blocks."""
