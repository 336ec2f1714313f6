"""The embedded Hydra: a small deterministic one that speaks the real API, in process."""

from hydrasnap.demo.app import DemoHydra
from hydrasnap.demo.rows import (
    InputRow,
    Job,
    JobsetInputRow,
    JobsetRow,
    ProductRow,
    ProjectRow,
    Result,
)
from hydrasnap.demo.synthetic import synthetic_world
from hydrasnap.demo.world import EPOCH, World

__all__ = [
    "EPOCH",
    "DemoHydra",
    "InputRow",
    "Job",
    "JobsetInputRow",
    "JobsetRow",
    "ProductRow",
    "ProjectRow",
    "Result",
    "World",
    "synthetic_world",
]
