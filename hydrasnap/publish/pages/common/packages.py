"""What is known of the package of a job, as pages of jobs and builds show it."""

from hydrasnap.model import Build, Evaluation
from hydrasnap.publish.pages.common.page import Link, Outside, View, outside
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.inputs import position_url


class PackageFacts(View, frozen=True, kw_only=True):
    """What a package says of itself."""

    description: str
    license: str
    homepage: Outside | None
    maintainers: tuple[Link, ...]  # with an empty address if there is no page
    # in the source, at the revision of the evaluation if its forge is known
    position: Outside | None


def package_facts(site: Site, build: Build) -> PackageFacts | None:
    """Return the facts of the package of a build, None if it is unknown."""
    known = site.packages.package_of(build)
    if known is None:
        return None
    package, first = known.package, first_evaluation(site, build)
    source = position_url(first, site.source, package.position) if first else None
    return PackageFacts(
        description=package.description,
        license=package.license,
        homepage=outside(package.homepage, package.homepage),
        maintainers=tuple(map(site.maintainer_link, known.maintainers)),
        position=outside(package.position, source or ""),
    )


def first_evaluation(site: Site, build: Build) -> Evaluation | None:
    """Return the first evaluation that holds a build, if possible one that has a page."""
    held = site.index.evaluations_with(build.id)[::-1]
    return next(filter(site.index.is_comparable, held), next(iter(held), None))
