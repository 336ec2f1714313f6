"""The jobs that somebody cares for: watch lists, and the packages of maintainers."""
