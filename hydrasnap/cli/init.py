"""`hydrasnap init`: from an address to a configuration, and to the files that run it."""

import secrets as random_numbers
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from hydrasnap.cli.crawl import crawl_selection, crawl_settings
from hydrasnap.cli.output import OutputOptions, print_line
from hydrasnap.cli.progress import crawl_progress
from hydrasnap.cli.recipe_files import RECIPES, RecipeFacts, recipe_files, write_files
from hydrasnap.cli.signals import run_stoppable, stoppable
from hydrasnap.client.run_budget import Limits
from hydrasnap.client.settings import normal_origin
from hydrasnap.client.throttle import is_this_machine
from hydrasnap.config.addresses import pasted_page, problem_of
from hydrasnap.config.example import example
from hydrasnap.config.keys import Config
from hydrasnap.config.loading import DEFAULT_FILE, check_options
from hydrasnap.config.secrets import Secrets
from hydrasnap.crawl.dry_run import PlannedStep, dry_run
from hydrasnap.errors import ConfigError, LoginError
from hydrasnap.formatting import duration, plural, size
from hydrasnap.model import fits
from hydrasnap.publish.pages.common.page_costs import BUILD_PAGE, JOB_PAGES, ROW_BYTES
from hydrasnap.store.opening import open_cache

_SHOWN = 25
_BYTES_A_BUILD = 1_000  # in the cache, at most


@dataclass(frozen=True, slots=True)
class InitOptions:
    """What the options of `hydrasnap init` say; empty where they do not."""

    url: str = ""
    projects: tuple[str, ...] = ()
    jobsets: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    evaluations: int | None = None
    contact: str = ""
    base: str = ""
    username: str = ""
    basic_username: str = ""
    recipes: tuple[str, ...] = ()
    yes: bool = False


class Questions:
    """Asks on the terminal; without one, or with `--yes`, takes the defaults."""

    def __init__(self, *, asks: bool) -> None:
        self.asks = asks

    def text(self, question: str, given: str, default: str = "") -> str:
        """Return what is given, or ask for it."""
        if given or not self.asks:
            return given or default
        return str(click.prompt(question, default=default, err=True, show_default=bool(default)))

    def choice(self, question: str, given: Sequence[str]) -> tuple[str, ...]:
        """Return the words that are given, or ask for some."""
        return tuple(given) or tuple(self.text(question, "").split())


def run_init(options: InitOptions, output: OutputOptions, secrets: Secrets, folder: Path) -> None:
    """Check the Hydra, let the user choose, say what a snapshot costs, and write the files."""
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    if not options.yes and not terminal:
        raise ConfigError(
            "There is no terminal to ask on.",
            hint="Give --yes, and as options what is to be different from the defaults: the "
            "address of the Hydra, --jobset, --contact, --base, and --with for what runs it.",
        )
    questions = Questions(asks=not options.yes)
    with stoppable("Nothing was written."):
        options = _with_address(options, questions)
        options, steps, asked = _fetch_overview(options, output, secrets, questions)
        _show_jobsets(steps, output)
        options = _with_choices(options, steps, questions)
        config = _config(options)
        selection = crawl_selection(config)
        selected = [
            step
            for step in steps
            if fits(step.jobset.project, selection.projects) and selection.wants_jobset(step.jobset)
        ]
        if not selected:
            raise ConfigError("The choice leaves no jobset.", hint="Choose with other globs.")
        costs = estimate(selected, config, asked)
        if not output.json and not output.quiet:
            for line in costs_lines(costs):
                print_line(line)
        files = _files(options, folder)
        _write(files, folder, questions)
    fields = {"files": [str(path) for path in files], "costs": costs}
    output.log(_next_steps(files, options), "initialized", fields)


def _with_address(options: InitOptions, questions: Questions) -> InitOptions:
    """Determine the address of the Hydra; the address of any of its pages will do."""
    url = questions.text("Address of the Hydra, or of any of its pages", options.url).strip()
    if not url:
        raise ConfigError("Which Hydra?", hint="Give its address: `hydrasnap init URL`.")
    url = url if "://" in url or "@" in url else f"https://{url}"
    problem, hint = problem_of(url)
    if problem:
        raise ConfigError(f"URL{problem}", hint=hint)
    page = pasted_page(url)
    if page is None:
        return replace(options, url=normal_origin(url))
    nothing = not (options.projects or options.jobsets)
    return replace(
        options,
        url=normal_origin(page.origin),
        projects=(page.project,) if page.project and nothing else options.projects,
        jobsets=(page.jobset,) if page.jobset and nothing else options.jobsets,
    )


def _fetch_overview(
    options: InitOptions, output: OutputOptions, secrets: Secrets, questions: Questions
) -> tuple[InitOptions, list[PlannedStep], int]:
    """Fetch the projects and jobsets of the Hydra, with a login where it requires one."""
    try:
        asked, steps = _overview(_config(options), output, secrets)
    except LoginError:
        if options.username or not questions.asks:
            raise
        options = replace(options, username=questions.text("User name on this Hydra", ""))
        asked, steps = _overview(_config(options), output, secrets)
    return options, steps, asked


def _overview(
    config: Config, output: OutputOptions, secrets: Secrets
) -> tuple[int, list[PlannedStep]]:
    settings, selection = crawl_settings(config, secrets), crawl_selection(config)
    with (
        tempfile.TemporaryDirectory(prefix="hydrasnap-") as folder,
        crawl_progress(output, Limits()) as watch,
        open_cache(Path(folder, "cache"), config.hydra.url, lambda *_: None) as cache,
    ):
        return run_stoppable(dry_run(cache, settings, selection, watch=watch))


def _show_jobsets(steps: Sequence[PlannedStep], output: OutputOptions) -> None:
    """Print the jobsets with the number of their jobs, the largest first."""
    if output.json or output.quiet:
        return
    print_line(f"This Hydra shows {plural(len(steps), 'jobset')}:")
    for step in sorted(steps, key=lambda step: (-step.jobs, step.jobset))[:_SHOWN]:
        print_line(f"{step.jobs:>9,} {'job ' if step.jobs == 1 else 'jobs'}  {step.jobset.path}")
    if len(steps) > _SHOWN:
        print_line(f"          and {len(steps) - _SHOWN:,} smaller ones")


def _with_choices(
    options: InitOptions, steps: Sequence[PlannedStep], questions: Questions
) -> InitOptions:
    """Let the user choose what to take, and how it is published."""
    jobsets = options.jobsets
    if not jobsets and not options.projects:
        jobsets = questions.choice("Jobsets to take, as globs such as nixos/* (all)", ())
    recipes = questions.choice(f"What runs and serves it: {', '.join(RECIPES)} (nothing)",
                               options.recipes)  # fmt: skip
    for name in recipes:
        if name not in RECIPES:
            raise ConfigError(f"There is no recipe {name!r}.", hint=f"Known: {', '.join(RECIPES)}.")
    mail = "Your address, so that the operators of the Hydra can reach you"
    return replace(
        options,
        jobsets=_config(replace(options, jobsets=jobsets)).crawl.jobsets,
        recipes=recipes,
        contact=questions.text(mail, options.contact),
        base=questions.text("Address where the site will be published", options.base),
    )


def estimate(steps: Sequence[PlannedStep], config: Config, asked: int) -> dict[str, int]:
    """Estimate what a first snapshot costs, as if every evaluation had made all of its builds."""
    requests = asked + sum(step.requests for step in steps)
    rate = config.crawl.rate or (0 if is_this_machine(config.hydra.url) else 1)
    jobs, window = sum(step.jobs for step in steps), config.crawl.evaluations
    builds = jobs * (window + 1)
    return {
        "requests": requests,
        "seconds": int(requests / rate) if rate else 0,
        "most_builds": builds,
        "most_cache_bytes": builds * _BYTES_A_BUILD,
        "site_bytes": jobs * (BUILD_PAGE + JOB_PAGES).bytes + builds * ROW_BYTES,
        "site_limit": config.site.max_bytes,
    }


def costs_lines(costs: Mapping[str, int]) -> list[str]:
    """Return lines on what a first snapshot costs."""
    site, most = costs["site_bytes"], costs["site_limit"]
    lines = [
        "A first snapshot takes",
        f"  about {plural(costs['requests'], 'request')}"
        + (f", {duration(costs['seconds'])}" if costs["seconds"] else ""),
        "  and some more for aggregates, and for the reasons of failures",
        f"  at most {size(costs['most_cache_bytes'])} for the cache",
        f"  about {size(site)} for the site, and more where jobs are rebuilt often",
    ]
    if site > most:
        lines.append(
            f"That is more than {size(most)} ([site] max_bytes), so only notable builds and jobs "
            "get a page; the search opens the rest."
        )
    return lines


def _config(options: InitOptions) -> Config:
    """Turn the options into a configuration, checked like the options of any command."""
    return check_options(_tables(options))


def _tables(options: InitOptions) -> dict[str, dict[str, Any]]:
    hydra = ("url", "contact", "username", "basic_username")
    crawl = ("projects", "jobsets", "exclude", "evaluations")
    tables = {"hydra": hydra, "crawl": crawl, "site": ("base",)}
    return {
        table: {
            key: value for key in keys if (value := getattr(options, key)) not in ("", (), None)
        }
        for table, keys in tables.items()
    }


def _files(options: InitOptions, folder: Path) -> dict[Path, str]:
    facts = RecipeFacts(
        origin=options.url,
        base=options.base,
        username=options.username,
        basic_username=options.basic_username,
        folder=str(folder.absolute()),
        program=_program(),
        minute=3 + random_numbers.randbelow(54),  # many start at the full hour
    )
    recipes = dict(recipe_files(options.recipes, facts))
    return {Path(DEFAULT_FILE): example(_tables(options)), **recipes}


def _program() -> str:
    """Return the path of this program, for those who start it without a shell."""
    called = Path(sys.argv[0])
    if called.name == "hydrasnap" and called.is_file():
        return str(called.absolute())
    return shutil.which("hydrasnap") or "/usr/bin/hydrasnap"


def _write(files: dict[Path, str], folder: Path, questions: Questions) -> None:
    """Write the files; one that exists is replaced only where the user agrees."""
    for path in [path for path in files if (folder / path).exists()]:
        if not questions.asks or not click.confirm(f"Replace {path}?", default=False, err=True):
            raise ConfigError(
                f"{path} exists already, so nothing was written.",
                hint="Move it away, or run this in another folder.",
            )
    write_files(folder, files)


def _next_steps(files: Mapping[Path, str], options: InitOptions) -> list[str]:
    steps = {
        "github": "Commit the files, and choose GitHub Actions under Settings > Pages.",
        "gitlab": "Commit the files, and add a schedule under Build > Pipeline schedules.",
        "forgejo": "Commit the files; the workflow pushes the site to the branch `pages`.",
        "systemd": "The head of deploy/hydrasnap.service says how to install it.",
    }
    lines = [f"wrote {path}" for path in files]
    lines += [text for name, text in steps.items() if name in options.recipes]
    return [*lines, "Try it now: hydrasnap snapshot"]
