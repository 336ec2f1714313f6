"""Runs the command line: ``python -m hydrasnap.cli``."""

from hydrasnap.cli import main

main()
