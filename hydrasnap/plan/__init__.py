"""What to ask next: pure decisions from what the cache has and what Hydra's overview says."""

from hydrasnap.plan.aggregates import aggregates
from hydrasnap.plan.builds import (
    cheapest,
    is_turn_of,
    merge,
    moved,
    second_look,
    tally,
    telling,
)
from hydrasnap.plan.jobsets import (
    EVALUATIONS_A_PAGE,
    Listing,
    Look,
    errors_moved,
    look,
    stands_still,
)
from hydrasnap.plan.retention import Retention, unreferenced
from hydrasnap.plan.selection import Selection, Way
from hydrasnap.plan.sizes import join_sizes, lacking_sizes, successes

__all__ = [
    "EVALUATIONS_A_PAGE",
    "Listing",
    "Look",
    "Retention",
    "Selection",
    "Way",
    "aggregates",
    "cheapest",
    "errors_moved",
    "is_turn_of",
    "join_sizes",
    "lacking_sizes",
    "look",
    "merge",
    "moved",
    "second_look",
    "stands_still",
    "successes",
    "tally",
    "telling",
    "unreferenced",
]
