"""The derivation of a build, its outputs, and how to have them on the reader's machine."""

import shlex

from hydrasnap.model import Build, Evaluation, Output
from hydrasnap.publish.pages.build.products import install_command
from hydrasnap.publish.pages.common.jobset_head import expression
from hydrasnap.publish.pages.common.page import View
from hydrasnap.publish.pages.common.site import Site


class Derivation(View, frozen=True, kw_only=True):
    """A derivation: `path` and `expression` are empty where they are not known."""

    path: str
    expression: str  # that the jobset evaluates
    outputs: tuple[Output, ...]
    reproduce: str  # the command that builds it
    script: str  # the address of Hydra's script for that, empty if the command runs none
    install: str  # the command that installs the outputs, empty if there is none


def derivation(site: Site, build: Build, first: Evaluation | None) -> Derivation:
    """Describe the derivation of a build, whose first evaluation is `first`."""
    flake = first.flake if first and not first.flake.startswith("-") else ""  # no option
    script = "" if flake else site.live("build", str(build.id), "reproduce")
    return Derivation(
        path=build.drvpath,
        expression=expression(site.snapshot.jobsets[build.jobset_key].configuration),
        outputs=build.outputs,
        reproduce=_reproduce(build, flake, script),
        script=script,
        install=install_command(build),
    )


def _reproduce(build: Build, flake: str, script: str) -> str:
    if flake:
        return f"nix build {shlex.quote(f'{flake}#hydraJobs.{build.job}')}"
    return f"curl --fail --location {shlex.quote(script)} --output reproduce\nbash reproduce"
