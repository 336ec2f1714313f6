"""The command line: the only room that prints."""

from hydrasnap.cli.commands import main

__all__ = ["main"]
