"""What the types of the data files share."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Format = Annotated[Literal[1], Meta(description="The number of the format of the file.")]
Time = Annotated[int, Meta(description="Unix seconds.")]
Seconds = Annotated[int, Meta(description="Seconds.")]
Status = Annotated[
    str, Meta(description="A word.", examples=["succeeded", "failed", "dependency-failed"])
]
Path = Annotated[str, Meta(description="A path below the root of the site.")]


class Data(Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """The base of all data: every field is there, and there are no others."""


class Counts(Data):
    """Numbers of builds by outcome; `unknown` ones are not in the snapshot."""

    total: int
    succeeded: int
    failed: int
    aborted: int
    queued: int
    unknown: int


class Result(Data):
    """The result of a build in short; `finished` is null while it has none."""

    build: int
    status: Status
    finished: Time | None


class Since(Result):
    """The first of the present failures; `exact` where a good build comes just before it."""

    exact: bool
