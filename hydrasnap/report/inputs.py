"""What went into an evaluation, what changed since another, and where to read the difference."""

from enum import Enum
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from hydrasnap.model import Evaluation, EvaluationInput
from hydrasnap.report.forges import Remote, flake_remote, is_revision, remote

_FLAKE = "flake"


InputChangeKind = Literal["added", "removed", "changed", "type changed"]


class Truncation(Enum):
    """Which changes below a build are left out; the value says so on pages."""

    COMPLETE = ""
    SAME = "its own inputs are the same"
    CUT = "only the first changes below it are shown"
    DEEPER = "what changed below it is not shown"


class InputChange(Struct, frozen=True):
    """An input that differs; `compare_url` shows the commits in between on a known forge.

    The last four are for `deep_changes`: `within` names the inputs above this one, the outermost
    first; `made_before` and `made_after` are the evaluations that made the builds, None where that
    is not known or the input is no build.
    """

    name: str
    kind: InputChangeKind
    before: EvaluationInput | None
    after: EvaluationInput | None
    compare_url: str | None = None
    within: tuple[str, ...] = ()
    made_before: Evaluation | None = None
    made_after: Evaluation | None = None
    below: Truncation = Truncation.COMPLETE


def inputs_of(evaluation: Evaluation) -> tuple[EvaluationInput, ...]:
    """Return the inputs by name; the pin of a flake counts as an input named ``flake``."""
    inputs = list(evaluation.inputs)
    if evaluation.flake:
        pin = flake_remote(evaluation.flake)
        pinned = EvaluationInput(name=_FLAKE, type=_FLAKE, uri=evaluation.flake)
        inputs.append(replace(pinned, revision=pin.revision) if pin else pinned)
    return tuple(sorted(inputs, key=lambda found: found.name))


def changed_inputs(before: Evaluation | None, after: Evaluation) -> tuple[InputChange, ...]:
    """Return what differs, by name; nothing where there is no evaluation before."""
    if before is None:
        return ()
    old = {found.name: found for found in inputs_of(before)}
    new = {found.name: found for found in inputs_of(after)}
    return tuple(
        _change(name, old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )


def revision_url(found: EvaluationInput) -> str | None:
    """Return the address of the commit that an input was at, on a forge that is known."""
    place = _remote(found)
    return place.commit_url(found.revision) if place else None


def position_url(evaluation: Evaluation, source: str, position: str) -> str | None:
    """Return where a position is in the input `source`, at the revision of an evaluation.

    That is the input of this name, or else one from a repository of this name.
    """
    places = [(found, place) for found in inputs_of(evaluation) if (place := _remote(found))]
    named = [(found, place) for found, place in places if found.name == source]
    alike = [(one, place) for one, place in places if place.path.rpartition("/")[2] == source]
    path, _, line = position.rpartition(":")
    for found, place in (*named, *alike):
        return place.file_url(found.revision, path or line, line if path else "")
    return None


def compare_url(before: EvaluationInput, after: EvaluationInput) -> str | None:
    """Return the address of the commits between two states of one repository."""
    old, new = _remote(before), _remote(after)
    if new is None or old != new or before.revision == after.revision:
        return None
    return new.compare_url(before.revision, after.revision)


def compare_pattern(found: EvaluationInput) -> str | None:
    """Return `compare_url` for any two revisions of a repository, as ``{0}`` and ``{1}``."""
    place = _remote(found)
    return place.compare_pattern if place and is_revision(found.revision) else None


def _change(
    name: str, before: EvaluationInput | None, after: EvaluationInput | None
) -> InputChange:
    if before is None or after is None:
        return InputChange(name, "added" if before is None else "removed", before, after)
    if before.type != after.type:
        return InputChange(name, "type changed", before, after)
    return InputChange(name, "changed", before, after, compare_url(before, after))


def _remote(found: EvaluationInput) -> Remote | None:
    if found.type == "git":
        return remote(found.uri)
    if found.type == _FLAKE:
        place = flake_remote(found.uri)
        return place.remote if place else None
    return None
