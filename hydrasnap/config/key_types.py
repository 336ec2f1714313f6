"""What the tables of ``hydrasnap.toml`` are made of: their base, and the types of values."""

from typing import Annotated

from msgspec import Meta, Struct

Positive = Annotated[int, Meta(ge=1, lt=2**53)]
Natural = Annotated[int, Meta(ge=0, lt=2**53)]
Rate = Annotated[float, Meta(gt=0, le=1000)]
Days = Annotated[float, Meta(gt=0, le=36_500)]
Glob = Annotated[str, Meta(min_length=1)]


class Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The base of the tables: frozen, and strict about the names of keys."""
