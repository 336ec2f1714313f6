"""The kinds of data files with an example of each, as the page "Data and feeds" shows them."""

import json
from collections.abc import Iterator
from pathlib import Path

from hydrasnap.publish.pages.common.page import Link, View


class DataKind(View, frozen=True, kw_only=True):
    """A kind of data file: its path, what it holds, its JSON Schema, and a short example."""

    file: str
    holds: str
    schema: Link
    example: str


def data_kinds() -> Iterator[DataKind]:
    """Yield every kind of data file."""
    text = Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
    for name, kind in json.loads(text).items():
        yield DataKind(
            file=kind["file"],
            holds=kind["holds"],
            schema=Link(label=f"schema/{name}.json", href=f"schema/{name}.json"),
            example=json.dumps(kind["example"], indent=1, ensure_ascii=False),
        )
