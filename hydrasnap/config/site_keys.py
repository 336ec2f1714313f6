"""The tables [site], [packages], [[watch]] and [[notify]]: what is made of the cache."""

from typing import Annotated, Literal

from msgspec import Meta, field

from hydrasnap.config.key_types import Glob, Positive, Table

ACCENT = r"^(#[0-9A-Fa-f]{6}(,\s*#[0-9A-Fa-f]{6})?)?$"
"""One colour or two."""


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
        Annotated[str, Meta(pattern=ACCENT)],
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
    ] = field(default_factory=dict)


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
