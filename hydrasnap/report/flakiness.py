"""How unreliable a job is, from its last results."""

import math
from collections.abc import Iterable
from itertools import islice, pairwise

from hydrasnap.model import Build

WINDOW = 30
HALF_LIFE = 10
_FEWEST = 5


def flake_score(results: Iterable[Build]) -> float | None:
    """Return 0 (steady) to 1 (never twice the same), given builds newest first.

    Only the last `WINDOW` results that are decisive count: succeeded or failed, not aborted,
    cancelled or queued. Each step from one to the next weighs half as much as one `HALF_LIFE`
    steps newer. The newest change is left out with its step, as one change is a break or a
    repair; the score is the weight of the steps with a change over the weight of all steps left.
    None with fewer than five results: in three, one break and its repair would be all there is.
    """
    decided = (build for build in results if build.status.decided)
    verdicts = [build.status.succeeded for build in islice(decided, WINDOW)]
    if len(verdicts) < _FEWEST:
        return None
    steps = [newer != older for newer, older in pairwise(verdicts)]
    if True not in steps:
        return 0.0
    weights = [math.pow(0.5, age / HALF_LIFE) for age in range(len(steps))]
    del weights[steps.index(True)]
    steps.remove(True)
    changed = sum(weight for weight, change in zip(weights, steps, strict=True) if change)
    return changed / sum(weights)
