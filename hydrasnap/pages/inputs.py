"""The inputs of an evaluation as rows, and how they differ from another's."""

from hydrasnap.model import Evaluation, EvaluationInput
from hydrasnap.pages.frame import Link
from hydrasnap.pages.site import Site
from hydrasnap.pages.view import View
from hydrasnap.report.inputs import InputChange, changed_inputs, inputs_of, revision_url


class InputRow(View, frozen=True, kw_only=True):
    """An input as it was used; `href` shows its revision, `build` the build it came from."""

    name: str
    type: str
    value: str
    revision: str
    href: str | None
    build: Link | None


class InputDifference(View, frozen=True, kw_only=True):
    """An input that differs from the baseline's; `href` shows what lies between."""

    name: str
    kind: str
    before: str
    after: str
    href: str | None


def input_rows(site: Site, evaluation: Evaluation) -> tuple[InputRow, ...]:
    """Describe the inputs of an evaluation."""
    return tuple(_input(site, found) for found in inputs_of(evaluation))


def differences(before: Evaluation | None, after: Evaluation) -> tuple[InputDifference, ...]:
    """Describe the inputs that differ between two evaluations."""
    return tuple(map(difference, changed_inputs(before, after)))


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


def difference(change: InputChange) -> InputDifference:
    """Describe how an input changed."""
    return InputDifference(
        name=change.name,
        kind=change.kind.value,
        before=_words(change.before, change.after),
        after=_words(change.after, change.before),
        href=change.compare_url,
    )


def _words(found: EvaluationInput | None, other: EvaluationInput | None) -> str:
    """Say what tells one state of an input from the other."""
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
