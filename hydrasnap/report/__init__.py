"""Pure questions about a snapshot: what changed, since when, how healthy, how flaky."""

from hydrasnap.report.changes import Change, ChangeKind, Changes, compare
from hydrasnap.report.index import Index
from hydrasnap.report.inputs import (
    InputChange,
    InputChangeKind,
    changed_inputs,
    compare_url,
    inputs_of,
    revision_url,
)
