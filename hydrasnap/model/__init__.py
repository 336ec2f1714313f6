"""Frozen values: the objects of a Hydra and the snapshot of them."""

from hydrasnap.model.failure_reasons import FailedStep, Reasons, ReasonsKey
from hydrasnap.model.keys import JobKey, JobsetKey
from hydrasnap.model.live import Live, Machine, QueueRunner, RunningBuild, SystemQueue
from hydrasnap.model.objects import (
    Build,
    Declarative,
    Evaluation,
    EvaluationInput,
    Jobset,
    JobsetConfiguration,
    JobsetCounts,
    JobsetInput,
    JobsetOverview,
    JobsetState,
    Metric,
    Output,
    Product,
    Project,
)
from hydrasnap.model.packages import Maintainer, Package, PackageList
from hydrasnap.model.sizes import SIZE_KINDS, JobSizes, SizePoint, SizeSeries
from hydrasnap.model.snapshot import Gap, Run, Snapshot
from hydrasnap.model.status import BuildStatus, Outcome, finished_status
from hydrasnap.model.watch import Watch, fits

__all__ = [
    "SIZE_KINDS",
    "Build",
    "BuildStatus",
    "Declarative",
    "Evaluation",
    "EvaluationInput",
    "FailedStep",
    "Gap",
    "JobKey",
    "JobSizes",
    "Jobset",
    "JobsetConfiguration",
    "JobsetCounts",
    "JobsetInput",
    "JobsetKey",
    "JobsetOverview",
    "JobsetState",
    "Live",
    "Machine",
    "Maintainer",
    "Metric",
    "Outcome",
    "Output",
    "Package",
    "PackageList",
    "Product",
    "Project",
    "QueueRunner",
    "Reasons",
    "ReasonsKey",
    "Run",
    "RunningBuild",
    "SizePoint",
    "SizeSeries",
    "Snapshot",
    "SystemQueue",
    "Watch",
    "finished_status",
    "fits",
]
