"""The configuration of a jobset, as Hydra's page shows it."""

from collections.abc import Iterator

from hydrasnap.formatting import duration
from hydrasnap.model import JobsetConfiguration, JobsetInput
from hydrasnap.publish.pages.common.jobset_head import expression
from hydrasnap.publish.pages.common.page import View


class Setting(View, frozen=True, kw_only=True):
    """A line of the configuration."""

    name: str
    value: str


class ConfigurationBox(View, frozen=True, kw_only=True):
    """The configuration of a jobset; `settings` are the lines that say something."""

    summary: str
    disabled: bool
    hidden: bool
    settings: tuple[Setting, ...]
    inputs: tuple[JobsetInput, ...]


def configuration_box(configuration: JobsetConfiguration) -> ConfigurationBox:
    """Describe the configuration of a jobset."""
    return ConfigurationBox(
        summary=configuration.description,
        disabled=not configuration.state.enabled,
        hidden=not configuration.visible,
        settings=tuple(_settings(configuration)),
        inputs=configuration.inputs,
    )


def _settings(c: JobsetConfiguration) -> Iterator[Setting]:
    lines = [
        ("State", c.state.label),
        ("Flake", c.flake),
        ("Nix expression", expression(c)),
        ("Check interval", duration(c.checkinterval) if c.checkinterval else "never on its own"),
        ("Scheduling shares", f"{c.schedulingshares:,}"),
        ("Evaluations to keep", f"{c.keepnr:,}"),
        ("E-mail notification", "yes" if c.enableemail else "no"),
        ("E-mail override", c.emailoverride),
        ("Dynamic RunCommand", "yes" if c.enable_dynamic_run_command else "no"),
    ]
    for name, value in lines:
        if value:
            yield Setting(name=name, value=value)
