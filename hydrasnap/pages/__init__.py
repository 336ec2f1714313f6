"""Snapshot and report → pages: one module per kind of page."""
