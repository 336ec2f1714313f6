"""The tables of ``hydrasnap.toml``: every key with its type, its default and a description.

The descriptions are the reference: the handbook and the file that `hydrasnap init` writes take them
from here.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from hydrasnap.config.messages import Step, key_name

Positive = Annotated[int, Meta(ge=1, lt=2**53)]
Natural = Annotated[int, Meta(ge=0, lt=2**53)]
Rate = Annotated[float, Meta(gt=0, le=1000)]
Days = Annotated[float, Meta(gt=0, le=36_500)]
Glob = Annotated[str, Meta(min_length=1)]


class Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The base of the tables: frozen, and strict about the names of keys."""


class HydraTable(Table, frozen=True):
    """Which Hydra to copy, and who asks."""

    url: Annotated[
        str,
        Meta(
            description="The address of the Hydra. Commands also take it as their argument URL.",
            examples=["https://hydra.example.org"],
        ),
    ] = ""
    contact: Annotated[
        str,
        Meta(
            description="How the operators of the Hydra reach you. Part of the User-Agent.",
            examples=["you@example.org"],
        ),
    ] = ""
    username: Annotated[
        str,
        Meta(
            description="The account on a private Hydra. The password comes from the environment "
            "variable HYDRASNAP_PASSWORD, from `password_file`, or from a prompt.",
            examples=["reader"],
        ),
    ] = ""
    password_file: Annotated[
        str,
        Meta(
            description="A file whose first line is the password of `username`.",
            examples=["secrets/hydra-password"],
        ),
    ] = ""
    basic_username: Annotated[
        str,
        Meta(
            description="The user for HTTP basic authentication by a proxy in front of the Hydra. "
            "The password comes from HYDRASNAP_BASIC_PASSWORD, from `basic_password_file`, or "
            "from a prompt.",
            examples=["reader"],
        ),
    ] = ""
    basic_password_file: Annotated[
        str,
        Meta(
            description="A file whose first line is the password of `basic_username`.",
            examples=["secrets/proxy-password"],
        ),
    ] = ""


class CrawlTable(Table, frozen=True):
    """What to take, and how hard to ask."""

    projects: Annotated[
        tuple[Glob, ...],
        Meta(description="Take only projects that match one of these globs.", examples=[["nix*"]]),
    ] = ()
    jobsets: Annotated[
        tuple[Glob, ...],
        Meta(
            description="Take only jobsets whose PROJECT/JOBSET matches one of these globs.",
            examples=[["nixpkgs/*"]],
        ),
    ] = ()
    exclude: Annotated[
        tuple[Glob, ...],
        Meta(
            description="Leave out projects and jobsets that match one of these globs.",
            examples=[["nixpkgs/pr-*"]],
        ),
    ] = ()
    hidden: Annotated[bool, Meta(description="Take hidden projects and jobsets too.")] = False
    evaluations: Annotated[
        Positive, Meta(description="How many of the newest evaluations of each jobset to show.")
    ] = 10
    rate: Annotated[
        Rate | None,
        Meta(
            description="Requests a second. Without it: 1, and no limit for a Hydra on this "
            "machine.",
            examples=[1.0],
        ),
    ] = None
    concurrency: Annotated[
        Annotated[int, Meta(ge=1, le=16)],
        Meta(description="How many requests may be under way at once, at most 16."),
    ] = 1
    builds: Annotated[
        Literal["auto", "singly", "together", "listing"],
        Meta(
            description='How to fetch builds: "singly" (/build/ID), "together" '
            '(/eval/ID/builds), "listing" (the HTML page of an evaluation), or "auto": the '
            "cheapest for the Hydra.",
        ),
    ] = "auto"
    details: Annotated[
        Natural,
        Meta(description="How many builds known from a listing one run completes by /build/ID."),
    ] = 100
    reasons: Annotated[
        Natural,
        Meta(
            description="How many HTML pages a run may read to learn why builds failed: the failed "
            "steps, the package and its maintainers, errors of evaluations. What newly fails comes "
            "first; later runs go on. 0 reads none."
        ),
    ] = 50
    sizes: Annotated[
        tuple[Glob, ...],
        Meta(
            description="Ask how big the builds of jobs are whose PROJECT/JOBSET/JOB matches one "
            "of these globs. Two requests for each job with news.",
            examples=[["nixos/*/nixos.iso_*"]],
        ),
    ] = ()
    live: Annotated[
        bool,
        Meta(description="Ask what the Hydra is doing now: five requests more in each run."),
    ] = False
    recheck_days: Annotated[
        Days,
        Meta(
            description="Check failures again after so many days although nothing moved, and each "
            "time all builds of about one evaluation of each jobset.",
        ),
    ] = 7.0
    max_requests: Annotated[
        Positive | None, Meta(description="Requests that a run may make.", examples=[1000])
    ] = None
    max_seconds: Annotated[
        Positive | None, Meta(description="Seconds that a crawl may take.", examples=[3000])
    ] = None
    max_bytes: Annotated[
        Positive | None,
        Meta(description="Bytes that a run may receive.", examples=[500_000_000]),
    ] = None


class RetentionTable(Table, frozen=True):
    """How much history to keep beyond what the Hydra still has."""

    evaluations: Annotated[
        Positive | None,
        Meta(
            description="Keep so many evaluations of each jobset: more than [crawl] evaluations.",
            examples=[100],
        ),
    ] = None
    days: Annotated[
        Positive | None, Meta(description="Keep no evaluation that is older.", examples=[365])
    ] = None
    deleted: Annotated[
        Literal["keep", "drop"],
        Meta(description='Jobsets that the Hydra has deleted: "keep" or "drop".'),
    ] = "keep"
    hidden: Annotated[
        Literal["keep", "drop"],
        Meta(description='Jobsets that the Hydra has hidden since: "keep" or "drop".'),
    ] = "keep"


class CacheTable(Table, frozen=True):
    """Where the copy of the data is kept."""

    folder: Annotated[Glob, Meta(description="The folder of the cache.")] = "cache"


class SiteTable(Table, frozen=True):
    """How the site looks, and where it goes."""

    title: Annotated[
        str,
        Meta(
            description="The title of the site, instead of the name of the host.",
            examples=["Our Hydra"],
        ),
    ] = ""
    base: Annotated[
        str,
        Meta(
            description="The address where the site will be published.",
            examples=["https://example.org/snapshot"],
        ),
    ] = ""
    output: Annotated[Glob, Meta(description="The folder of the site.")] = "_site"
    templates: Annotated[
        str,
        Meta(
            description="A folder with your own templates and static files.",
            examples=["templates"],
        ),
    ] = ""
    pages: Annotated[
        str,
        Meta(description="A folder with your own Markdown pages.", examples=["pages"]),
    ] = ""
    notes: Annotated[
        str,
        Meta(
            description="A folder with Markdown notes on projects, jobsets and jobs.",
            examples=["notes"],
        ),
    ] = ""
    files: Annotated[
        str,
        Meta(
            description="A folder whose files go to the top of the site as they are, such as "
            "`CNAME`.",
            examples=["public"],
        ),
    ] = ""
    api: Annotated[
        bool,
        Meta(description="Write the answers of Hydra's API as files below `api/`."),
    ] = False
    manifest: Annotated[
        bool,
        Meta(description="Write `manifest.json`, which has the size and SHA-256 of every file."),
    ] = False
    policy: Annotated[
        Literal["auto", "all", "notable"],
        Meta(
            description='Which builds and jobs get a page: "all", the "notable" ones, or "auto": '
            "all if they fit into `max_bytes` and `max_files`, else those that people look for "
            "most.",
        ),
    ] = "auto"
    max_bytes: Annotated[
        Positive, Meta(description='How big the site may be with the policy "auto", in bytes.')
    ] = 900_000_000
    max_files: Annotated[
        Positive, Meta(description='How many files the site may have with the policy "auto".')
    ] = 100_000
    logo: Annotated[
        str,
        Meta(
            description="A picture beside the title: a file below the site's root, such as one of "
            "your own in `templates/static`.",
            examples=["static/logo.svg"],
        ),
    ] = ""
    accent: Annotated[
        Annotated[str, Meta(pattern=r"^(#[0-9A-Fa-f]{6}(,\s*#[0-9A-Fa-f]{6})?)?$")],
        Meta(
            description="The colour of links as `#rrggbb`; a second one behind a comma is for dark "
            "screens.",
            examples=["#7a1fa2, #d79bea"],
        ),
    ] = ""
    css: Annotated[
        str,
        Meta(
            description="A style sheet of your own that is loaded after ours: a file below the "
            "site's root.",
            examples=["static/mine.css"],
        ),
    ] = ""
    intro: Annotated[
        bool,
        Meta(
            description="Whether the overview says in three sentences what a project, a jobset, an "
            "evaluation and a build are.",
        ),
    ] = True
    aggregates: Annotated[
        tuple[Glob, ...],
        Meta(
            description="Globs of the aggregate jobs that the box at the top of pages tells of. "
            "Without any, those named `tested` or `unstable`, or else the largest ones.",
            examples=[["tested", "release-*"]],
        ),
    ] = ()
    baselines: Annotated[
        dict[str, Positive],
        Meta(
            description="Evaluations to compare a jobset's with, by PROJECT/JOBSET.",
            examples=[{"nixpkgs/trunk": 1_234_567}],
        ),
    ] = {}


class PackagesTable(Table, frozen=True):
    """Whose the jobs are: packages and their maintainers, each with a page of failing jobs."""

    file: Annotated[
        str,
        Meta(
            description="A list of packages: the `packages.json` that a channel publishes, or what "
            "`nix-env -qa --json --meta` writes; also packed, as `.br`, `.gz` or `.xz`. Without "
            "one, packages are known as far as pages of failed builds were read.",
            examples=["packages.json.br"],
        ),
    ] = ""
    prefixes: Annotated[
        tuple[Glob, ...],
        Meta(
            description="What stands before the attribute of a package in the names of jobs. The "
            "system behind it is known.",
            examples=[["nixpkgs.", "pkgs."]],
        ),
    ] = ("nixos.", "nixpkgs.")
    input: Annotated[
        str,
        Meta(description="The input of evaluations that holds the files of the packages."),
    ] = "nixpkgs"
    maintainers: Annotated[
        bool, Meta(description="Give each maintainer a page, a feed, data and a badge.")
    ] = True
    emails: Annotated[
        bool,
        Meta(
            description="Show the e-mail addresses of maintainers. Otherwise pages have handles, "
            "names, and of an address what stands before its `@`.",
        ),
    ] = False


class WatchTable(Table, frozen=True):
    """Jobs to follow across jobsets: a page, a feed and a badge."""

    name: Annotated[
        Annotated[str, Meta(min_length=1, max_length=100)],
        Meta(description="The name of the list.", examples=["python"]),
    ]
    jobs: Annotated[
        tuple[Glob, ...],
        Meta(
            description="Globs of jobs. Without any, all jobs.",
            examples=[["python3*Packages.*"]],
        ),
    ] = ()
    jobsets: Annotated[
        tuple[Glob, ...],
        Meta(description="Globs of PROJECT/JOBSET. Without any, all jobsets."),
    ] = ()
    systems: Annotated[
        tuple[Glob, ...],
        Meta(description="Globs of systems. Without any, all systems.", examples=[["x86_64-*"]]),
    ] = ()


class NotifyTable(Table, frozen=True):
    """Whom to notify of what newly fails and what was fixed, after each complete snapshot."""

    command: Annotated[
        tuple[Glob, ...],
        Meta(
            description="A program with its arguments. It gets the message as JSON on standard "
            "input.",
            examples=[["notify-chat", "builds"]],
        ),
    ] = ()
    url: Annotated[
        str,
        Meta(
            description="An address that the message is posted to as JSON, instead of a command.",
            examples=["https://chat.example.org/hooks/builds"],
        ),
    ] = ""
    jobsets: Annotated[
        tuple[Glob, ...],
        Meta(description="Globs of PROJECT/JOBSET. Without any, all jobsets."),
    ] = ()


class Tables(Table, frozen=True):
    """All tables of the file."""

    hydra: HydraTable = HydraTable()
    crawl: CrawlTable = CrawlTable()
    cache: CacheTable = CacheTable()
    retention: RetentionTable = RetentionTable()
    site: SiteTable = SiteTable()
    packages: PackagesTable = PackagesTable()
    watch: tuple[WatchTable, ...] = ()
    notify: tuple[NotifyTable, ...] = ()


class Config(Tables, frozen=True):
    """The checked tables, and the name of the file that they come from; empty if there is none."""

    file: str = ""

    def key(self, *path: Step) -> str:
        """Return the name of a key with that of the file, if there is one."""
        return f"{self.file}: {key_name(path)}" if self.file else key_name(path)
