"""What is known of every build, in shards that follow from the job's name, and from the build's id.

The shard of a bucket of jobs is ``[nixnames, systems, evaluation lists, jobs]``; a job is
``[name, file, build…]``, where `file` names the page, null if it is named as the job, and empty if
there is none. A build is six numbers in a row: id, status, finish time (0: unknown), Nix name,
system, evaluations; the status is twice its place in the directory, and one more if the build has
no page.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from hydrasnap.model import BuildStatus, JobsetKey
from hydrasnap.publish.pages.common.job_buckets import Bucket
from hydrasnap.publish.pages.common.page import File
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.publish.pages.search.shards import Numbers, shard

IDS = 4096  # builds of one shard of ids
_BUCKET_BITS = 24
_BUCKET = (1 << _BUCKET_BITS) - 1
_STATUS = {status: place for place, status in enumerate(BuildStatus)}


def bucket_file(site: Site, bucket: Bucket) -> File:
    """Return the shard with the builds of a bucket of jobs."""
    memberships, has_page = site.index.memberships(bucket.key), site.policy.has_build_page
    nixnames: Numbers[str] = Numbers()
    systems: Numbers[str] = Numbers()
    evaluations: Numbers[tuple[int, ...]] = Numbers()
    rows: list[list[object]] = []
    for key, builds in groupby(bucket.builds, attrgetter("job_key")):
        row: list[object] = [key.name, site.job_file(key)]
        for build in builds:
            row += (
                build.id,
                _STATUS[build.status] * 2 + (not has_page(build)),
                (build.stoptime or 0) if build.finished else 0,
                nixnames(build.nixname),
                systems(build.system),
                evaluations(memberships.get(build.id, ())),
            )
        rows.append(row)
    value = [list(nixnames.known), list(systems.known), list(evaluations.known), rows]
    return shard(f"{folder_of(site, bucket.key)}{bucket.number}", value)


def folder_of(site: Site, key: JobsetKey) -> str:
    """Return the folder of the pages of a jobset's jobs, and of their shards."""
    return "/".join(("job", *map(site.links.name, key), ""))


def build_id_files(site: Site) -> Iterator[File]:
    """Yield shards with the bucket of each build, as differences of ids and bucket numbers.

    Buckets are numbered in the order of the directory's jobsets.
    """
    homes = sorted(_homes(site))
    for number in range(0, len(homes), IDS):
        part = homes[number : number + IDS]
        ids = [found >> _BUCKET_BITS for found in part]
        steps = [after - before for before, after in zip([ids[0], *ids], ids, strict=False)]
        yield shard(f"ids-{number // IDS}", [steps, [found & _BUCKET for found in part]])


def _homes(site: Site) -> Iterator[int]:
    """Yield of each build the id and, in the last bits, the number of the bucket."""
    first = 0
    for key, buckets in site.buckets.items():
        mask = len(buckets) - 1
        for number, job in site.index.builds.job_hashes(key):
            yield number << _BUCKET_BITS | first + (job & mask)
        first += len(buckets)
