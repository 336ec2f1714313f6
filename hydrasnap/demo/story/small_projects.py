"""The smaller projects: a flake with pull requests, a hidden one, a disabled one, an empty one."""

from hydrasnap.demo.story.packages import LINUX, Entry, aggregate, entries, single
from hydrasnap.demo.story.project_tools import DAY, HOUR
from hydrasnap.demo.story.scenario import FailureRule, Plan
from hydrasnap.demo.story.simulator import Simulator
from hydrasnap.demo.world.database_rows import Job, JobsetRow, ProjectRow
from hydrasnap.demo.world.world import EPOCH
from hydrasnap.model import Declarative, EvaluationInput, JobKey, JobsetInput

FORGE = "https://codeberg.org/patchwork/patchwork.git"
GITLAB = "https://gitlab.com/example/gateway.git"


def others(story: Simulator) -> None:
    """Add the projects and plan their evaluations up to the first stage."""
    _patchwork(story)
    _gateway(story)
    _museum(story)
    story.world.add_project(ProjectRow("empty", "Empty", "A project without a jobset"))


def _flake_plan(locked: str, *failures: FailureRule) -> Plan:
    systems = (*LINUX, "aarch64-darwin")
    packages = entries("patchwork:0.18 patchwork-static:0.18", systems, "packages.")
    checks = entries("format:1 unit:1 fuzz:1 clippy:1", LINUX, "checks.")
    name = "packages.patchwork-ca"  # its output path depends on its content
    loose = [Entry(Job(f"{name}.{each}", name, each, floating=True), "0.4") for each in LINUX]
    extra = [
        single("coverage", "patchwork-coverage"),
        single("tarball", "patchwork-0.18"),
        aggregate("release", [*packages, *checks], "patchwork-release"),
        aggregate("no-constituents", [], "nothing"),
    ]
    return Plan((*packages, *checks, *loose, *extra), failures, churn=6, locked=locked)


def _flake(name: str, flake: str, description: str) -> JobsetRow:
    return JobsetRow("patchwork", name, description, flake=flake, checkinterval=600)


def _patchwork(story: Simulator) -> None:
    story.world.add_project(ProjectRow(
        "patchwork", "Patchwork", "Edits executables in place (a flake)",
        "https://codeberg.org/patchwork", "bob",
        declarative=Declarative(file="spec.json", type="git", value=f"{FORGE} main"),
    ))  # fmt: skip
    source = JobsetInput(name="src", type="git", value=f"{FORGE} main")
    declared = JobsetRow("patchwork", ".jobsets", "", nixexprinput="src", nixexprpath="spec.nix",
                         inputs=(source,))  # fmt: skip
    story.follow(declared, Plan((single("jobsets", "spec.json"),), churn=100,
                 sources=(EvaluationInput(name="src", type="git", uri=FORGE),)),
                 range(EPOCH - 12 * DAY, EPOCH - DAY, 5 * DAY))  # fmt: skip
    github = "github:patchwork/patchwork"
    story.follow(_flake("main", f"{github}/main", "The main branch"),
                 _flake_plan(f"{github}/{{revision}}", FailureRule("checks.fuzz.*", percent=50),
                             FailureRule("*-ca.aarch64-linux", 4),
                              FailureRule("checks.clippy.*", 5, 8)),
                 range(EPOCH - 10 * DAY + 7 * HOUR, EPOCH - 6 * HOUR, 21 * HOUR))  # fmt: skip
    for number, age, broken in ((38, 8, "checks.unit.*"), (41, 2, "packages.*aarch64-darwin")):
        name = f"pr-{number}"
        ref = f"git+{FORGE}?ref=refs/pull/{number}/head"
        story.follow(_flake(name, ref, f"Pull request {number}"),
                     _flake_plan(f"{ref}&rev={{revision}}", FailureRule(broken, 0, 2)),
                     range(EPOCH - age * DAY, EPOCH - HOUR, 17 * HOUR)[:3])  # fmt: skip


def _gateway(story: Simulator) -> None:
    story.world.add_project(ProjectRow(
        "gateway", "Gateway", "Not meant for the public", "", "carol", hidden=True,
    ))  # fmt: skip
    jobs = entries("gateway:3.2 gateway-cli:3.2 gateway-web:3.2 gateway-docs:3.2", LINUX)
    inputs = (
        JobsetInput(name="gateway", type="git", value=f"{GITLAB} develop"),
        JobsetInput(name="tools", type="build", value="tools:staging:systemd.x86_64-linux"),
    )
    plan = Plan(
        (*jobs, aggregate("all", jobs)),
        (FailureRule("gateway-web.*", 2),),
        churn=20,
        sources=(EvaluationInput(name="gateway", type="git", uri=GITLAB),),
        newest={"tools": JobKey("tools", "staging", "systemd.x86_64-linux")},
    )
    row = JobsetRow("gateway", "internal", "", inputs=inputs, nixexprinput="gateway")
    story.follow(row, plan, range(EPOCH - 6 * DAY, EPOCH - 2 * DAY, 28 * HOUR))


def _museum(story: Simulator) -> None:
    story.world.add_project(ProjectRow(
        "museum", "Museum", "Kept for the record", "https://museum.example.org/", enabled=False,
    ))  # fmt: skip
    jobs = entries("nixops:1.7 disnix:0.9 charon:0.1", LINUX[:1])
    sources = (
        EvaluationInput(name="disnix", type="svn", uri="https://svn.example.org/disnix/trunk"),
        EvaluationInput(name="nixops", type="hg", uri="https://hg.example.org/nixops"),
    )
    inputs = (JobsetInput(name="nixops", type="hg", value="https://hg.example.org/nixops tip"),)
    row = JobsetRow("museum", "legacy", "The last of its kind", enabled=0, checkinterval=0,
                    nixexprinput="nixops", inputs=inputs)  # fmt: skip
    plan = Plan(tuple(jobs), (FailureRule("charon.*", 1),), churn=40, sources=sources)
    story.follow(row, plan, range(EPOCH - 1900 * DAY, EPOCH - 1890 * DAY, 4 * DAY))
