"""Frozen values: the objects of a Hydra and the snapshot of them."""

from hydrasnap.model.objects import (
    Build,
    Declarative,
    Evaluation,
    EvaluationInput,
    JobKey,
    Jobset,
    JobsetConfiguration,
    JobsetCounts,
    JobsetInput,
    JobsetKey,
    JobsetOverview,
    JobsetState,
    Metric,
    Output,
    Product,
    Project,
)
from hydrasnap.model.snapshot import Gap, Run, Snapshot
from hydrasnap.model.status import BuildStatus, Outcome, build_status
from hydrasnap.model.watch import Watch

__all__ = [
    "Build",
    "BuildStatus",
    "Declarative",
    "Evaluation",
    "EvaluationInput",
    "Gap",
    "JobKey",
    "Jobset",
    "JobsetConfiguration",
    "JobsetCounts",
    "JobsetInput",
    "JobsetKey",
    "JobsetOverview",
    "JobsetState",
    "Metric",
    "Outcome",
    "Output",
    "Product",
    "Project",
    "Run",
    "Snapshot",
    "Watch",
    "build_status",
]
