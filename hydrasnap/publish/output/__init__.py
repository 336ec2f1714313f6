"""The output folder: files appear whole, and only if they changed."""
