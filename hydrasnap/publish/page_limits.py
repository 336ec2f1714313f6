"""How much one page or file of the site holds at most."""

from msgspec import Struct


class Limits(Struct, frozen=True):
    """The bounds of pages and files, in rows unless something else is said."""

    rows_shown: int = 100  # of a list of changes; the others are folded
    steady_rows_shown: int = 25  # the same, of what still succeeds or is queued
    # of all lists of a page together; beyond it, long lists continue on further pages
    rows_of_page: int = 1000
    rows_of_list: int = 200  # of such a list on the page itself
    rows_of_further_page: int = 2000  # of each further page of a list
    undecided: int = 100  # builds of which it is unknown whether they are new
    blockers: int = 20  # builds that keep aggregates from success
    blocked: int = 10  # aggregates of each blocker
    channels: int = 3  # aggregates in the box of an evaluation
    builds_of_job: int = 100  # on the page of a job before it folds
    latest_builds: int = 250  # in lists of the builds that finished last
    latest_builds_of_jobset: int = 100  # the same, of one jobset
    builds_of_jobset: int = 500_000  # in the file that filters read, if the newest have fewer
    queued_builds: int = 2000  # in the queue
    evaluations: int = 200  # in the list of all evaluations
    grid_rows: int = 1000  # jobs in the grid of a jobset
    grid_columns: int = 20  # evaluations in the grid of a jobset
    broken_jobs: int = 25  # newly failing jobs on the overview
    newest_evaluations: int = 10  # on the overview and on jobsets
    longest: int = 10  # of what fails longest, or is flaky
    transitions: int = 20  # news of a watch list
    other_jobsets: int = 5  # that an evaluation is compared with
    chart_builds: int = 60  # builds in a chart
    chart_evaluations: int = 50  # evaluations in a chart
    error_excerpt: int = 800  # characters of an error on its jobset's page
    error_lines: int = 40  # lines that a folded error shows
    folded_error: int = 60  # lines from which on an error is folded
    feed_entries: int = 20  # in a feed
    feed_items: int = 100  # of each list in an entry of a feed
    markdown_items: int = 200  # of each list in a Markdown file
    flaky_jobs: int = 100  # in the data of a jobset
    map_entries: int = 50_000  # in a part of the site map
    map_bytes: int = 50_000_000  # in a part of the site map, less than the allowed 52,428,800
