"""What changed when a job broke, for its page and for those of its failed builds."""

from hydrasnap.publish.pages.common.inputs import InputDifference, difference
from hydrasnap.publish.pages.common.page import Link, View
from hydrasnap.publish.pages.common.rows import BuildRow, build_row
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.history import Breakage


class Break(View, frozen=True, kw_only=True):
    """Between which builds and evaluations the job broke, and what changed there."""

    good: BuildRow
    bad: BuildRow
    good_evaluation: Link | None
    bad_evaluation: Link | None
    between: tuple[Link, ...]
    inputs: tuple[InputDifference, ...]


def breakage_view(site: Site, breakage: Breakage | None) -> Break | None:
    """Describe how a job broke, if it did and both sides are known."""
    if breakage is None:
        return None
    return Break(
        good=build_row(site, breakage.last_good),
        bad=build_row(site, breakage.first_bad),
        good_evaluation=site.evaluation_link(breakage.good_evaluation),
        bad_evaluation=site.evaluation_link(breakage.bad_evaluation),
        between=tuple(
            link for evaluation in breakage.between if (link := site.evaluation_link(evaluation))
        ),
        inputs=tuple(difference(site, change) for change in breakage.inputs),
    )
