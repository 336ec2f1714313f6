"""Data files, badges and the site map."""
