"""The bounds of values, in Hydra's answers and in the files of the cache alike.

Values are checked on both ways in, so that all other code can add, compare and print them. One
beyond the bounds counts as unknown in an answer, and as damage in a file of the cache.
"""

from typing import Annotated

from msgspec import Meta

LARGEST = 2**53 - 1
"""The largest whole number that JSON, JavaScript and spreadsheets keep digit by digit."""

LATEST = 253_402_300_799
"""The last second of the year 9999 in Unix time, after which calendars end."""

LONGEST_NAME = 1000
LONGEST_TEXT = 100_000
LONGEST_ERROR = 8_000_000
"""Evaluation errors of 4.46 MB have been seen."""

Id = Annotated[int, Meta(ge=1, le=LARGEST)]
Whole = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
Amount = Annotated[int, Meta(ge=0, le=LARGEST)]
Time = Annotated[int, Meta(ge=0, le=LATEST)]
Figure = Annotated[float, Meta(ge=-1e100, le=1e100)]
Code = Annotated[int, Meta(ge=-(2**31), lt=2**31)]
