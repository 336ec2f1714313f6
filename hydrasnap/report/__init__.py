"""Pure questions about a snapshot: what changed, since when, how healthy, how flaky."""

from hydrasnap.report.burndown import BurnDown, BurnDownPoint, burn_down
from hydrasnap.report.changes import Change, ChangeKind, Changes, compare
from hydrasnap.report.failures import Blocker, FailureGroup, blockers, failures_by_status
from hydrasnap.report.flakiness import flake_score
from hydrasnap.report.grid import Grid, GridRow, job_grid
from hydrasnap.report.health import (
    Broken,
    Failing,
    Flaky,
    JobsetHealth,
    ProjectHealth,
    failing_longest,
    flakiest,
    has_errors,
    is_hidden,
    is_stale,
    jobset_health,
    latest_finished,
    newly_broken,
    overview,
    project_health,
    snapshot_time,
)
from hydrasnap.report.history import (
    Breakage,
    FailingRun,
    JobHistory,
    Point,
    failing_run,
    job_history,
    newer_build,
    older_build,
)
from hydrasnap.report.index import Index
from hydrasnap.report.inputs import (
    InputChange,
    InputChangeKind,
    Truncation,
    changed_inputs,
    compare_url,
    inputs_of,
    revision_url,
)
from hydrasnap.report.latest import present_first
from hydrasnap.report.limited import Limited
from hydrasnap.report.tally import (
    EvaluationHealth,
    Tally,
    evaluation_health,
    tally,
    tally_by_system,
    tally_of,
)
from hydrasnap.report.transitions import News, news
from hydrasnap.report.transitive_inputs import deep_changes, producer

__all__ = [
    "Blocker",
    "Breakage",
    "Broken",
    "BurnDown",
    "BurnDownPoint",
    "Change",
    "ChangeKind",
    "Changes",
    "EvaluationHealth",
    "Failing",
    "FailingRun",
    "FailureGroup",
    "Flaky",
    "Grid",
    "GridRow",
    "Index",
    "InputChange",
    "InputChangeKind",
    "JobHistory",
    "JobsetHealth",
    "Limited",
    "News",
    "Point",
    "ProjectHealth",
    "Tally",
    "Truncation",
    "blockers",
    "burn_down",
    "changed_inputs",
    "compare",
    "compare_url",
    "deep_changes",
    "evaluation_health",
    "failing_longest",
    "failing_run",
    "failures_by_status",
    "flake_score",
    "flakiest",
    "has_errors",
    "inputs_of",
    "is_hidden",
    "is_stale",
    "job_grid",
    "job_history",
    "jobset_health",
    "latest_finished",
    "newer_build",
    "newly_broken",
    "news",
    "older_build",
    "overview",
    "present_first",
    "producer",
    "project_health",
    "revision_url",
    "snapshot_time",
    "tally",
    "tally_by_system",
    "tally_of",
]
