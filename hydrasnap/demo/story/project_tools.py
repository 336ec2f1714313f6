"""The project ``tools``: a small Nixpkgs that a new compiler broke, and that is being fixed."""

from dataclasses import replace

from hydrasnap.demo.story.packages import (
    DARWIN,
    LATER,
    LINUX,
    PYTHON,
    TOOLS,
    Entry,
    aggregate,
    entries,
    entry,
    single,
)
from hydrasnap.demo.story.scenario import FailureRule, Plan
from hydrasnap.demo.story.simulator import Simulator
from hydrasnap.demo.world.database_rows import JobsetRow, ProjectRow
from hydrasnap.demo.world.world import EPOCH
from hydrasnap.model import EvaluationInput, JobKey, JobsetInput

HOUR = 3600
DAY = 24 * HOUR
TREE = "https://github.com/example/tools.git"
PLAIN_INPUTS = (
    JobsetInput(name="officialRelease", type="boolean", value="false"),
    JobsetInput(name="systems", type="nix", value='[ "x86_64-linux" "aarch64-linux" ]'),
    JobsetInput(name="versionSuffix", type="string", value="pre"),
)
INSTALLER = JobKey("tools", "trunk", "nixosTests.installer.x86_64-linux")
NEW_COMPILER = 14
FIRST_FIXES = 17
MORE_FIXES = 21
NEW_PYTHON = 25
NUMPY_FIXED = 28

_FIXED_FIRST = "binutils.* gdb.* gnumake.* gawk.* jq.* vim.*-linux tmux.*-linux nginx.*-linux"
_FIXED_LATER = "imagemagick.*-linux ruby_3_4.*-linux postgresql_18.*-linux ffmpeg.*-linux"
_DEPENDANTS = "python3Packages.pillow.*-linux python3Packages.matplotlib.*-linux"
_NEED_NUMPY = "python3Packages.matplotlib.* python3Packages.pandas.* python3Packages.scipy.*"
_NEED_RUST = "python3Packages.black.* python3Packages.cryptography.*"
_NOT_FIXED = "qemu.aarch64-linux nodejs_24.aarch64-linux"

FAILURES = (
    FailureRule(_FIXED_FIRST, NEW_COMPILER, FIRST_FIXES),
    FailureRule(_FIXED_LATER, NEW_COMPILER, MORE_FIXES),
    FailureRule(_DEPENDANTS, NEW_COMPILER, MORE_FIXES, 2, cause="libjpeg-turbo-3.1"),
    FailureRule(_NOT_FIXED, NEW_COMPILER),
    FailureRule("ghc.aarch64-darwin"),
    FailureRule("haskellPackages.pandoc.aarch64-darwin", status=2, cause="ghc.{system}"),
    FailureRule("wine64.x86_64-linux", 3),
    FailureRule("torch.* python3Packages.torch.x86_64-linux", 19, status=7),
    FailureRule("python3Packages.torch.aarch64-linux", 16, status=10),
    FailureRule("nixosTests.firefox.x86_64-linux", percent=35),
    FailureRule("nixosTests.installer.x86_64-linux", percent=20, status=7),
    FailureRule("chromium.x86_64-linux", 5, 25, percent=15, status=11),
    FailureRule("coverage", 12, 13, status=6),
    FailureRule("llvm.aarch64-darwin cargo.aarch64-darwin", 22, 24, status=3),
    FailureRule("hello.x86_64-darwin", 20, status=9),
    FailureRule("sqlite.aarch64-linux", 23, status=12),
    FailureRule("git.x86_64-darwin", 24, status=4),
    FailureRule("openssl.x86_64-linux curl.x86_64-linux", 9, 10),
    FailureRule("python3Packages.lxml.*", NEW_PYTHON),
    FailureRule("python3Packages.numpy.*", NEW_PYTHON, NUMPY_FIXED),
    FailureRule(_NEED_NUMPY, NEW_PYTHON, NUMPY_FIXED, 2, cause="python3Packages.numpy.{system}"),
    FailureRule(_NEED_RUST, NEW_PYTHON, status=2, cause="setuptools-rust-1.12"),
    FailureRule("python3*", NEW_PYTHON, status=0),
)


def _packages() -> list[Entry]:
    found = entries(TOOLS, LINUX) + entries(TOOLS, DARWIN[1:])
    found += entries("bash:5.3 git:2.51 hello:2.12 python3:3.13 jq:1.8", DARWIN[:1])
    found += entries(PYTHON, LINUX, "python3Packages.")
    found += entries("pandoc:3.7 aeson:2.2 lens:5.3", ("x86_64-linux", DARWIN[1]),
                     "haskellPackages.")  # fmt: skip
    found += entries("firefox:1 installer:1 nginx:1", LINUX[:1], "nixosTests.")
    found += [entry("wine64", "10.0"), entry("chromium", "142.0")]
    return found


def _comings_and_goings() -> list[Entry]:
    """Return the jobs that were added, and those that were dropped: one sorts after all others."""
    return [
        *(entry("uv", "0.9", system, first=18) for system in LINUX),
        *(entry("jujutsu", "0.35", system, first=22) for system in LINUX),
        entry("python2", "2.7", last=11),
        entry("imlib2", "1.12", last=20),
        *(entry("zsh-autocomplete", "25.03", system, last=23) for system in LINUX),
        *(entry("zulip-term", "0.7", system, last=25) for system in LINUX),
    ]


def trunk_plan() -> Plan:
    """Return how ``trunk`` develops: 26 evaluations before the first stage, two without news."""
    packages = _packages()
    tested = [each for each in packages if each.job.system in LINUX and each.job.name[0] in "bcgho"]
    extra = [
        single("tarball", "tools-26.11pre"),
        single("manual", "tools-manual"),
        single("metrics", "tools-metrics"),
        single("coverage", "tools-coverage"),
        aggregate("tested", tested, "tools-tested"),
        aggregate("unstable", [*packages[:60], single("tarball", "")], "tools-unstable"),
    ]
    jobs = [*packages, *_comings_and_goings(), *extra]
    return replace(_plan(jobs, 2, NEW_COMPILER, failures=FAILURES), quiet=frozenset({6, 8}))


def _configured(branch: str) -> tuple[JobsetInput, ...]:
    source = JobsetInput(
        name="nixpkgs", type="git", value=f"{TREE} {branch}", emailresponsible=True
    )
    return source, *PLAIN_INPUTS


def _plan(
    jobs: list[Entry], churn: int, *rebuilds: int, failures: tuple[FailureRule, ...] = ()
) -> Plan:
    return Plan(
        tuple(jobs),
        failures,
        churn=churn,
        rebuilds=frozenset(rebuilds),
        sources=(EvaluationInput(name="nixpkgs", type="git", uri=TREE),),
        inputs=tuple(
            EvaluationInput(name=each.name, type=each.type, value=each.value)
            for each in PLAIN_INPUTS
        ),
    )


def _row(name: str, description: str, **settings: int) -> JobsetRow:
    row = JobsetRow("tools", name, description, inputs=_configured(name))
    for setting, value in settings.items():
        setattr(row, setting, value)
    return row


def _release_plan() -> Plan:
    jobs = entries(TOOLS, LINUX[:1])
    media = [
        single("tarball", "tools-26.05"),
        single("manual", "tools-manual"),
        single("channel", "tools-channel", priority=150),
        single("iso_minimal.x86_64-linux", "tools-minimal"),
        single("binaries.x86_64-linux", "tools-binaries"),
    ]
    failures = (FailureRule("vim.*", 4, 6), FailureRule("iso_*", 2, 3, 11))
    return _plan([*jobs, *media, aggregate("tested", [*jobs, *media])], 4, failures=failures)


def _staging_plan() -> Plan:
    failures = (
        FailureRule("systemd.* qemu.* gdb.*", 2, 4),
        FailureRule("ffmpeg.* imagemagick.*", 3, LATER, 2, cause="libvpx-1.15"),
        FailureRule("zlib.aarch64-linux", 4),
    )
    plan = _plan(entries(TOOLS, LINUX), 3, 2, 4, failures=failures)
    return replace(plan, newest={"installer": INSTALLER})


def tools(story: Simulator) -> None:
    """Add the project and plan its evaluations up to the first stage."""
    story.world.add_project(ProjectRow(
        "tools", "Tools", "A collection of everyday packages", "https://tools.example.org/",
    ))  # fmt: skip
    story.follow(_row("trunk", "The main branch", keepnr=5), trunk_plan(),
                 range(EPOCH - 25 * 15 * HOUR - 5400, EPOCH, 15 * HOUR))  # fmt: skip
    staging = _row("staging", "Mass rebuilds gather here", enabled=3, schedulingshares=40)
    staging.inputs += (JobsetInput(name="installer", type="build", value=":".join(INSTALLER)),)
    story.follow(staging, _staging_plan(), range(EPOCH - 14 * DAY, EPOCH - DAY, 60 * HOUR))
    story.follow(_row("release-26.05", "The stable release", enableemail=1), _release_plan(),
                 range(EPOCH - 15 * DAY + HOUR, EPOCH - DAY, 42 * HOUR))  # fmt: skip
    _smaller_jobsets(story)


def _smaller_jobsets(story: Simulator) -> None:
    python = entries(PYTHON, LINUX, "python3Packages.")
    story.follow(_row("python-updates", "Updates of Python packages"),
                 _plan(python, 10, failures=(FailureRule("*numpy* *scipy*", 2),)),
                 range(EPOCH - 9 * DAY, EPOCH - 3 * DAY, 36 * HOUR))  # fmt: skip
    cross = entries("bash:5.3 coreutils:9.8 gcc:15.2 hello:2.12 systemd:258", LINUX, "pkgsCross.")
    story.follow(_row("cross", "Cross compilation, given up", enabled=0, checkinterval=0),
                 _plan(cross, 20, failures=(FailureRule("*aarch64*", 1, LATER, 9),)),
                 range(EPOCH - 80 * DAY, EPOCH - 60 * DAY, 12 * DAY))  # fmt: skip
    bootstrap = [
        single("stdenvBootstrapTools.dist", "bootstrap-tools"),
        *entries("gcc:15.2", LINUX),
    ]
    story.follow(_row("bootstrap", "Made once by hand", enabled=2, checkinterval=0),
                 _plan(bootstrap, 0), range(EPOCH - 30 * DAY, EPOCH - 29 * DAY, DAY))  # fmt: skip
    story.follow(_row("never-evaluated", "Waits for its first evaluation"), _plan([], 0), range(0))
    story.follow(_row("experiments", "Not for the public", visible=0),
                 _plan(entries("nix:2.32 git:2.51", LINUX), 50),
                 range(EPOCH - 5 * DAY, EPOCH - DAY, 2 * DAY))  # fmt: skip
