"""Numbers that look random and are the same for the same parts."""

from zlib import crc32


def chance(*parts: object) -> int:
    """Return a number from 0 to 2**32 - 1 that the parts determine."""
    return crc32(repr(parts).encode())
