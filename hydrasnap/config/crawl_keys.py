"""The tables [hydra], [crawl], [cache] and [retention]: what is copied, how, and for how long."""

from typing import Annotated, Literal

from msgspec import Meta

from hydrasnap.config.key_types import Days, Glob, Natural, Positive, Rate, Table


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


class CacheTable(Table, frozen=True):
    """Where the copy of the data is kept."""

    folder: Annotated[Glob, Meta(description="The folder of the cache.")] = "cache"


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
