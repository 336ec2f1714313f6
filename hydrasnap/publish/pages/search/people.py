"""Maintainers by name, and the jobs of each without their system, for searches and "My packages".

The jobs of a maintainer are in the bucket of the label in lower case. Their names stand in order,
each as what it shares with the one before and what follows, with ``|`` between.
"""

from collections.abc import Iterator

from hydrasnap.publish.pages.common.job_buckets import bucket_count, bucket_of
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.shards import front_coded, shard

_A_BUCKET = 48  # maintainers, at most on average


def people_buckets(site: Site) -> int:
    """Return in how many files the jobs of maintainers are: none, or a power of two."""
    return bucket_count(len(site.staff), _A_BUCKET)


def people_files(site: Site) -> Iterator[File]:
    """Yield the list of maintainers, and their jobs in buckets."""
    count = people_buckets(site)
    if not count:
        return
    people = [one.person for one in site.staff if one.person in site.people]
    rows = [(one.label, one.name, site.links.maintainer(one.label)) for one in people]
    yield shard("people", sorted(rows))
    buckets: list[list[tuple[str, str]]] = [[] for _ in range(count)]
    for label, jobs in site.jobs_of_people.items():
        buckets[bucket_of(label.lower(), count)].append((label, front_coded(jobs)))
    for number, found in enumerate(buckets):
        yield shard(f"people-{number}", found)
