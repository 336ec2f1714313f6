"""What pages and files take of a budget: figures measured on rendered sites and rounded up."""

from hydrasnap.model import Evaluation, JobsetKey
from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.site_budget import Budget, total
from hydrasnap.report.changes import ChangeKind, summary_of
from hydrasnap.report.index import Index

BUILD_PAGE = Budget(6_500, 1)
JOB_PAGES = Budget(16_000, 4)  # the page, data, badge and feed of a job
BUILD_BYTES, JOBS_A_FILE = 150, 64  # in the shards of search and filters
SITE = Budget(1_000_000, 80)  # static files and pages of the whole
# the fewest builds in a shard of store paths and of ids, and the most shards of store paths
PATHS_A_FILE, IDS_A_FILE, PATH_FILES = 64, 1_000, 1_024
JOBSET, EVALUATION = Budget(400_000, 21), Budget(60_000, 15)  # what every one has
JOB_BYTES = 110  # in the list of all jobs of an evaluation, which the filter reads too
ROW_BYTES, DATA_BYTES = 600, 170  # of a list: on pages, and in data
ROWS_A_FILE = Limits().rows_of_further_page
COMPARISONS = 5  # of the newest evaluation of a jobset, as many as there usually are
MAINTAINER = Budget(30_000, 5)  # page, feed, data and both badges
MAINTAINERS_PART = 0.25  # of the budget, at most

QUIET_LISTS = frozenset({ChangeKind.NEW, ChangeKind.QUEUED, ChangeKind.STILL_SUCCEEDING})
"""The lists that a small budget cuts: on pages, and in data after `ROWS_A_FILE` rows."""


def page_of_build(*, is_new_job: bool) -> Budget:
    """Return what the page of a build takes, with those of its job if they are not there yet."""
    return BUILD_PAGE + JOB_PAGES if is_new_job else BUILD_PAGE


def maintainers_within(budget: Budget) -> int:
    """Return how many maintainers a budget has pages for."""
    share = budget.share(MAINTAINERS_PART)
    return min(share.bytes // MAINTAINER.bytes, share.files // MAINTAINER.files)


def whole_site(index: Index) -> Budget:
    """Estimate what does not belong to a jobset: static files, and shards that search the whole."""
    builds = len(index.builds)
    return SITE + Budget(0, min(builds // PATHS_A_FILE, PATH_FILES) + builds // IDS_A_FILE)


def own_pages(index: Index, key: JobsetKey) -> Budget:
    """Estimate what the pages of all builds and jobs of a jobset take."""
    builds, jobs = index.builds.count(key), index.builds.count_jobs(key)
    return BUILD_PAGE.times(builds) + JOB_PAGES.times(jobs)


def without_own_pages(index: Index, key: JobsetKey) -> Budget:
    """Estimate what a jobset takes before any build, job or quiet list has further pages."""
    builds, jobs = index.builds.count(key), index.builds.count_jobs(key)
    shards = Budget(builds * BUILD_BYTES, jobs // JOBS_A_FILE)
    evaluations = index.shown_evaluations(key)
    return JOBSET + shards + total(_with_short_lists(index, each) for each in evaluations)


def _with_short_lists(index: Index, evaluation: Evaluation) -> Budget:
    counts = summary_of(index, evaluation).counts
    told = sum(rows for kind, rows in counts.items() if kind not in QUIET_LISTS)
    quiet = sum(min(rows, ROWS_A_FILE) for kind, rows in counts.items() if kind in QUIET_LISTS)
    rows = len(evaluation.builds) * JOB_BYTES + told * (ROW_BYTES + DATA_BYTES) + quiet * DATA_BYTES
    return EVALUATION + Budget(rows, told // ROWS_A_FILE)


def long_lists(index: Index, evaluation: Evaluation) -> Budget:
    """Estimate what the further pages and data of the quiet lists of an evaluation take.

    Those of its comparisons with other evaluations are counted too, if it is the newest.
    """
    counts = summary_of(index, evaluation).counts
    quiet = sum(counts[kind] for kind in QUIET_LISTS)
    in_data = quiet - counts[ChangeKind.STILL_SUCCEEDING]  # which are in the file of all jobs
    is_newest = evaluation is index.latest(evaluation.jobset_key)
    compared = COMPARISONS * (sum(counts.values()) - quiet) if is_newest else 0
    rows = quiet + compared
    return Budget(rows * ROW_BYTES + in_data * DATA_BYTES, rows // ROWS_A_FILE)
