"""What to ask next: pure decisions from the cache and Hydra's overview."""

from hydrasnap.plan.aggregates import aggregates
from hydrasnap.plan.builds import (
    changed_state,
    cheapest,
    detail_candidates,
    differs,
    is_due,
    is_full_recheck_turn,
    merge,
    recheck_candidates,
    tally,
)
from hydrasnap.plan.jobsets import (
    EVALUATIONS_A_PAGE,
    Listing,
    RefreshLevel,
    configuration_changed,
    merge_evaluation,
    required_refresh,
    stands_still,
    wanted_ids,
)
from hydrasnap.plan.reasons import unexplained
from hydrasnap.plan.retention import Retention, unreferenced
from hydrasnap.plan.selection import FetchStrategy, Selection
from hydrasnap.plan.sizes import join_sizes, missing_sizes, successes

__all__ = [
    "EVALUATIONS_A_PAGE",
    "FetchStrategy",
    "Listing",
    "RefreshLevel",
    "Retention",
    "Selection",
    "aggregates",
    "changed_state",
    "cheapest",
    "configuration_changed",
    "detail_candidates",
    "differs",
    "is_due",
    "is_full_recheck_turn",
    "join_sizes",
    "merge",
    "merge_evaluation",
    "missing_sizes",
    "recheck_candidates",
    "required_refresh",
    "stands_still",
    "successes",
    "tally",
    "unexplained",
    "unreferenced",
    "wanted_ids",
]
