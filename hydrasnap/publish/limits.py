"""How much one page or file of the site holds at most."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The bounds of pages and files: rows unless something else is said.

    A list of changes shows `rows_shown`, or `steady_rows_shown` of what goes on as it should, and
    folds the others. Where all lists of a page together have more than `rows_of_page`, a list that
    is longer than `rows_of_list` continues on further pages, with `rows_of_further_page` each.
    `undecided` builds and `blockers` are listed, each of these with `blocked` aggregates;
    `channels` aggregates are told of in the box of an evaluation.

    A job's page shows `builds_of_job` before it folds. Lists of the builds that finished last have
    `latest_builds`, those of a jobset `latest_builds_of_jobset`; the queue has `queued_builds`; the
    list of all evaluations has `evaluations`; the grid of jobs has `grid_rows` and `grid_columns`.

    The overview and jobsets show `broken_jobs`, `newest_evaluations` and, of what fails longest or
    is flaky, `longest`; a watch list shows `transitions`. Other jobsets to compare with are
    `other_jobsets`. A chart has `chart_builds` or `chart_evaluations`.

    Of an error the first `error_excerpt` characters stand on the page of the jobset. One of
    `folded_error` lines or more is folded behind its first `error_lines`.

    A feed has `feed_entries`, each with `feed_items` a list; what changed as Markdown has
    `markdown_items` a list; the data of a jobset has `flaky_jobs`. A part of the site map has
    `map_entries` and `map_bytes`, which is a little less than allowed, for its head and end.
    """

    rows_shown: int = 100
    steady_rows_shown: int = 25
    rows_of_page: int = 1000
    rows_of_list: int = 200
    rows_of_further_page: int = 2000
    undecided: int = 100
    blockers: int = 20
    blocked: int = 10
    channels: int = 3
    builds_of_job: int = 100
    latest_builds: int = 250
    latest_builds_of_jobset: int = 100
    queued_builds: int = 2000
    evaluations: int = 200
    grid_rows: int = 1000
    grid_columns: int = 20
    broken_jobs: int = 25
    newest_evaluations: int = 10
    longest: int = 10
    transitions: int = 20
    other_jobsets: int = 5
    chart_builds: int = 60
    chart_evaluations: int = 50
    error_excerpt: int = 800
    error_lines: int = 40
    folded_error: int = 60
    feed_entries: int = 20
    feed_items: int = 100
    markdown_items: int = 200
    flaky_jobs: int = 100
    map_entries: int = 50_000
    map_bytes: int = 50_000_000
