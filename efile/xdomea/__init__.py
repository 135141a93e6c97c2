"""Messages of xdomea 3.1 to the archive: their names, their heads, and files as they tell them."""
