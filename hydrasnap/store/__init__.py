"""The cache folder: atomic, versioned, locked, readable while it is written."""
