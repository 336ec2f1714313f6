"""The projects and jobsets of builds: placeholders for unknown ones, new names of renamed ones."""

from collections.abc import Mapping

from msgspec import structs

from hydrasnap.model import Jobset, JobsetKey, Project, Snapshot
from hydrasnap.model.builds import jobsets_with_builds


def name_now(jobsets: Mapping[JobsetKey, Jobset], key: JobsetKey) -> JobsetKey:
    """Return the present name of a renamed jobset, or its own name if that is unknown."""
    found, seen = key, {key}
    while (jobset := jobsets.get(found)) and jobset.renamed_to is not None:
        found = JobsetKey(found.project, jobset.renamed_to)
        if found in seen:
            return key
        seen.add(found)
    return found if jobset else key


def with_placeholder_parents(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot in which every build and evaluation has a jobset and a project.

    A placeholder stands in for a jobset or project that could not be read, since pages link to it.
    A jobset that was renamed to one that is not known stands under its old name.
    """
    keys = jobsets_with_builds(snapshot.builds)
    keys |= {evaluation.jobset_key for evaluation in snapshot.evaluations.values()}
    jobsets = dict(snapshot.jobsets)
    for key in keys - jobsets.keys():
        jobsets[key] = Jobset(project=key.project, name=key.name)
    lost = [key for key in jobsets if name_now(jobsets, key) == key]
    jobsets |= {key: structs.replace(jobsets[key], renamed_to=None) for key in lost}
    projects = dict(snapshot.projects)
    for name in {key.project for key in jobsets} - projects.keys():
        projects[name] = Project(name=name)
    return structs.replace(
        snapshot, projects=dict(sorted(projects.items())), jobsets=dict(sorted(jobsets.items()))
    )
