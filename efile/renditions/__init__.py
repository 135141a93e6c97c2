"""What people look at: page images, page text, forms. All of it can be made again."""
