"""The type of every data file, and the JSON Schemas published for them below ``schema/``."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.json import encode, format, schema  # noqa: A004 - of JSON, as its module says

from hydrasnap.model import Live
from hydrasnap.publish.output.manifest import Manifest
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.files.schemas.base import Data, Format
from hydrasnap.publish.pages.files.schemas.evaluations import Evaluation, Jobs
from hydrasnap.publish.pages.files.schemas.jobs import Job, Selection
from hydrasnap.publish.pages.files.schemas.projects import Index, Jobset, Project, Revisions

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Shield(Data):
    """A badge for shields.io: ``shield.json`` beside a page."""

    schema_version: Literal[1]
    label: str
    message: str
    color: str


class LiveState(Live, frozen=True, kw_only=True):
    """What the Hydra was doing when it was asked: ``status.json``."""

    schema: Format


FILES: dict[str, type[Struct]] = {
    "index": Index,
    "project": Project,
    "jobset": Jobset,
    "revisions": Revisions,
    "evaluation": Evaluation,
    "jobs": Jobs,
    "job": Job,
    "selection": Selection,
    "status": LiveState,
    "shield": Shield,
    "manifest": Manifest,
}
"""The type of each kind of data file, by the name of its schema."""


def schema_files(site: Site) -> Iterator[File]:
    """Yield the schemas of all data files."""
    for name, kind in FILES.items():
        content = {"$schema": _DIALECT, **schema(kind)}
        text = format(encode(content, order="sorted"), indent=1).decode()
        yield File(f"schema/{name}.json", f"{text}\n")
