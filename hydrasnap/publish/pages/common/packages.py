"""What is known of the package of a job, as pages of jobs and builds show it."""

from hydrasnap.model import Build, Evaluation
from hydrasnap.publish.links import outward
from hydrasnap.publish.pages.common.page import Link, Outside, View
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.inputs import position_url


class PackageFacts(View, frozen=True, kw_only=True):
    """What a package says of itself."""

    description: str
    license: str
    homepage: Outside | None
    maintainers: tuple[Link, ...]  # with an empty address if there is no page
    position: (
        Outside | None
    )  # in the source, at the revision of the evaluation if its forge is known


def package_facts(site: Site, build: Build) -> PackageFacts | None:
    """Return the facts of the package of a build, None if it is unknown."""
    known = site.packages.package_of(build)
    if known is None:
        return None
    package = known.package
    return PackageFacts(
        description=package.description,
        license=package.license,
        homepage=_outside(package.homepage, package.homepage),
        maintainers=tuple(map(site.maintainer_link, known.maintainers)),
        position=_position(site, package.position, first_evaluation(site, build)),
    )


def first_evaluation(site: Site, build: Build) -> Evaluation | None:
    """Return the first evaluation that holds a build, if possible one that has a page."""
    held = site.index.evaluations_with(build.id)[::-1]
    return next(filter(site.index.is_comparable, held), next(iter(held), None))


def _position(site: Site, position: str, evaluation: Evaluation | None) -> Outside | None:
    found = position_url(evaluation, site.source, position) if evaluation else None
    return _outside(position, found or "")


def _outside(label: str, href: str) -> Outside | None:
    return Outside(label=label, href=outward(href)) if label else None
