"""The inputs of an evaluation as rows, and how they differ from another's."""

from hydrasnap.model import Evaluation, EvaluationInput
from hydrasnap.publish.pages.common.page import Link, View
from hydrasnap.publish.pages.common.site import Site
from hydrasnap.report.inputs import InputChange, inputs_of, revision_url
from hydrasnap.report.transitive_inputs import deep_changes


class InputRow(View, frozen=True, kw_only=True):
    """An input as it was used; `href` shows its revision, `build` the build it came from."""

    name: str
    type: str
    value: str
    revision: str
    href: str | None
    build: Link | None


class InputState(View, frozen=True, kw_only=True):
    """An input's old or new state; if it is a build, with its page or its address on Hydra.

    `evaluation` is the one that made the build; `lack` says what of that is not known.
    """

    words: str
    href: str = ""
    live: str = ""
    evaluation: Link | None = None
    lack: str = ""


class InputDifference(View, frozen=True, kw_only=True):
    """An input that differs from the baseline's; `href` shows what lies between.

    `within` are the names of the inputs that lead to it, where it is an input of a build that is an
    input itself. `note` says why changes below a build are not shown, or not all of them.
    """

    name: str
    within: tuple[str, ...]
    kind: str
    note: str
    before: InputState
    after: InputState
    href: str | None


def input_rows(site: Site, evaluation: Evaluation) -> tuple[InputRow, ...]:
    """Describe the inputs of an evaluation."""
    return tuple(_input(site, found) for found in inputs_of(evaluation))


def differences(
    site: Site, before: Evaluation | None, after: Evaluation
) -> tuple[InputDifference, ...]:
    """Describe the inputs that differ, and for builds among them the inputs they came from."""
    return tuple(difference(site, change) for change in deep_changes(site.index, before, after))


def _input(site: Site, found: EvaluationInput) -> InputRow:
    build = None
    if found.dependency is not None:
        href = site.links.build(found.dependency)
        known = found.dependency in site.snapshot.builds
        build = Link(label=f"build {found.dependency}", href=href if known else "")
    return InputRow(
        name=found.name,
        type=found.type,
        value=found.uri or found.value,
        revision=found.revision,
        href=revision_url(found),
        build=build,
    )


def difference(site: Site, change: InputChange) -> InputDifference:
    """Describe how an input changed."""
    return InputDifference(
        name=change.name,
        within=change.within,
        kind=change.kind,
        note=change.below.value,
        before=_state(site, change.before, change.after, change.made_before),
        after=_state(site, change.after, change.before, change.made_after),
        href=change.compare_url,
    )


def _state(
    site: Site,
    found: EvaluationInput | None,
    other: EvaluationInput | None,
    made: Evaluation | None,
) -> InputState:
    words = _words(found, other)
    if found is None or found.dependency is None:
        return InputState(words=words)
    known = found.dependency in site.snapshot.builds
    evaluation = site.evaluation_link(made)
    return InputState(
        words=words,
        href=site.links.build(found.dependency) if known else "",
        live="" if known else site.live("build", str(found.dependency)),
        evaluation=evaluation,
        lack="" if evaluation else "what made it is not in the snapshot",
    )


def _words(found: EvaluationInput | None, other: EvaluationInput | None) -> str:
    """Return in words how one state of an input differs from the other."""
    if found is None:
        return ""
    if found.dependency is not None:
        return f"build {found.dependency}"
    words = [found.type] if other is None or other.type != found.type else []
    if other is None or other.uri != found.uri:
        words.append(found.uri)
    state = found.revision or found.value
    if state not in found.uri:
        words.append(state)
    return " ".join(filter(None, words)) or state
