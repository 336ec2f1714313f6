"""How much of Hydra's API a site holds as files, within the budget of the site."""

from enum import Enum

from hydrasnap.publish.pages.common.site_budget import Budget
from hydrasnap.report.index import Index

# Bytes, measured on a real Hydra and rounded up: of a build in full, of an id in a list of builds
# (two files have such a list), and of a jobset and an evaluation without their lists.
BUILD_BYTES, ID_BYTES, JOBSET_BYTES, EVALUATION_BYTES = 750, 12, 5_000, 1_500
JOBSET_FILES, PROJECT_FILES, EVALUATION_FILES = 3, 2, 1
MOST = 0.5  # of the budget; pages are worth more


class ApiScope(Enum):
    """The answers of the API that a site has as files."""

    NONE = "none"
    WITHOUT_BUILDS = "all but the lists of the builds of evaluations"
    ALL = "all"


def api_scope(index: Index, budget: Budget) -> tuple[ApiScope, Budget]:
    """Choose the scope that a budget allows, and estimate what its files take.

    The files of single builds are not in the estimate: they are counted with the builds' pages.
    """
    snapshot = index.snapshot
    rows = sum(len(evaluation.builds) for evaluation in snapshot.evaluations.values())
    evaluations, jobsets = len(snapshot.evaluations), len(snapshot.jobsets)
    rest = Budget(
        2 * rows * ID_BYTES + jobsets * JOBSET_BYTES + 2 * evaluations * EVALUATION_BYTES,
        jobsets * JOBSET_FILES
        + len(snapshot.projects) * PROJECT_FILES
        + evaluations * EVALUATION_FILES,
    )
    everything = rest + Budget(rows * BUILD_BYTES, evaluations)
    if (budget.share(MOST) - everything).exceeded:
        return ApiScope.WITHOUT_BUILDS, rest
    return ApiScope.ALL, everything
