"""Cases of one test: the first are for the quick loop, and all of them for everything."""

from collections.abc import Iterable

import pytest


def cases(values: Iterable[object], *, quick: int = 1) -> list[object]:
    """Mark all but the first cases as slow: they show with other values what those have shown."""
    first, rest = [*values][:quick], [*values][quick:]
    return [*first, *(pytest.param(value, marks=pytest.mark.slow) for value in rest)]
