"""The embedded Hydra: a small deterministic one that speaks the real API, in process.

`world` is its database and what can happen to it, `story` the history that the world has had. The
answers come from `hydrasnap.server`.
"""

from hydrasnap.demo.hydra import DemoHydra
from hydrasnap.demo.world.rows import (
    InputRow,
    Job,
    JobsetRow,
    ProductRow,
    ProjectRow,
    Result,
)
from hydrasnap.demo.world.world import EPOCH, World

__all__ = [
    "EPOCH",
    "DemoHydra",
    "InputRow",
    "Job",
    "JobsetRow",
    "ProductRow",
    "ProjectRow",
    "Result",
    "World",
]
