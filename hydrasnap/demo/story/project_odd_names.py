"""The project ``odd_names``: names and contents that break careless readers of Hydra's answers."""

from hydrasnap.demo.story.packages import Entry, aggregate, single
from hydrasnap.demo.story.project_tools import DAY, HOUR
from hydrasnap.demo.story.scenario import FailureRule, Plan
from hydrasnap.demo.story.simulator import Simulator
from hydrasnap.demo.world.database_rows import (
    Job,
    JobsetRow,
    ProductRow,
    ProjectRow,
    Result,
)
from hydrasnap.demo.world.world import EPOCH
from hydrasnap.model import EvaluationInput, JobsetInput, JobsetKey

SCRIPT = "<script>alert('hydra')</script>"
STATUSES = (0, 1, 2, 3, 4, 6, 7, 9, 10, 11, 12, 99, 5, 8)

NAMES = (
    "release/tarball", "../../etc/passwd", "..", ".", "/", "a//b", "%41%2F", "100%", "50%25",
    "CON", "con", "NUL.x86_64-linux", "aux.txt", "case", "Case", "CASE", " ", "  two  spaces  ",
    "tab\there", SCRIPT, "a<&>\"b'c", "{{ 7 * 7 }}", "{% raw %}", "$(id)`id`", "größe.日本語",
    "caf\u00e9", "cafe\u0301", "\u202egnp.exe", "zero\u200bwidth", "\U0001f980.x86_64-linux",
    "what?", "sharp#fragment", "+plus+", "a:b:c", "back\\slash", "--option", ".hidden",
    "trailing.", "index.html", "feed.json", "__proto__", "constructor", "~2E", "=1+1", "data:,x",
    "long." + "abcdefghij" * 22, "long." + "abcdefghij" * 22 + ".twin",
)  # fmt: skip

ERROR = (
    "\x1b[31;1merror:\x1b[0m\n"
    "       … while evaluating the attribute '\x1b[35;1mdrvPath\x1b[0m'\n"
    "         at /nix/store/source/pkgs/stdenv/generic/make-derivation.nix:302:7:\n"
    "          301|     // (optionalAttrs (attrs ? outputHash) {\n"
    f'          302|\tinherit drvPath;   # {SCRIPT} & "quotes"\ttab\n'
    "             |       ^\n"
    "       \x1b[31;1merror:\x1b[0m Package 'cuda-merged-12.9' has an unfree license "
    "('unfree'), refusing to evaluate.\n"
    "\x1b]8;;https://evil.example/\x07a link in the terminal\x1b]8;;\x07\n\n"
    "in job 'chromium.riscv64-linux':\n"
    "error: attribute 'sandbox' missing\n"
)


def _hostile_result(status: int) -> Result:
    """Return a result whose products and metrics are as strange as a build can make them."""
    return Result(
        status,
        duration=1,
        products=(
            ProductRow("file", "", "", "{out}/" + SCRIPT, None, 0),
            ProductRow("report", "coverage", "ünï <&>.html", "{out}/a & <b>/ünï.html", "../x.html"),
            ProductRow("file", "iso", "huge.iso", "{out}/huge.iso", "", 2**41, "0" * 64),
            ProductRow(SCRIPT, '"><img src=x>', "javascript:alert(1)", "{out}"),
        ),
        metrics=(
            ("loc <>&/é", 1e-07, "%"),
            ("huge", 1234567890000.0, None),
            ("zero", 0.0, ""),
            (SCRIPT, -1.5, "<b>s</b>"),
        ),
        releasename=f"odd-{SCRIPT}",
    )


def odd(story: Simulator) -> None:
    """Add the project and plan its evaluations up to the first stage."""
    story.world.add_project(ProjectRow(
        "odd_names", f"{SCRIPT}Odd & awkward", "two\nlines, \u202eturned round\u202c, <b>bold</b>",
        "javascript:alert('homepage')", "mallory",
    ))  # fmt: skip
    odd_jobs = [Entry(Job(name, f"odd-{n}"), "1") for n, name in enumerate(NAMES)]
    failures = [FailureRule(f"status-{status}.x", status=status) for status in STATUSES]
    plain = [single(f"status-{status}.x", f"status-{status}") for status in STATUSES]
    extra = [aggregate("empty-aggregate", []), aggregate("all/of\tthem", odd_jobs[:20])]
    hostile = (
        EvaluationInput(name=SCRIPT, type="string", value=f'{SCRIPT}\n"quoted"'),
        EvaluationInput(name="gone", type="path", uri="/srv/odd"),
    )
    git = "git@git.example.org:odd/names.git"
    inputs = (
        JobsetInput(name=SCRIPT, type="string", value=SCRIPT),
        JobsetInput(name="src", type="git", value=git),
    )
    row = JobsetRow("odd_names", "main", f"<i>odd</i> {SCRIPT}", inputs=inputs, emailoverride="a@b")
    plan = Plan((*odd_jobs, *plain, *extra), tuple(failures), churn=10,
                sources=(EvaluationInput(name="src", type="git", uri=git),),
                inputs=hostile)  # fmt: skip
    story.follow(row, plan, range(EPOCH - 4 * DAY, EPOCH - DAY, 20 * HOUR))
    _exactly_twenty(story)


def _exactly_twenty(story: Simulator) -> None:
    """Add a jobset with one full page of evaluations."""
    jobs = (single("ticker", "ticker"), single("steady", "steady"))
    plan = Plan(jobs, (FailureRule("ticker", percent=50),), churn=0)
    times = range(EPOCH - 20 * DAY, EPOCH, DAY)
    story.follow(JobsetRow("odd_names", "exactly-20", "A full page"), plan, times)


def make_hostile(story: Simulator) -> None:
    """Give the builds of the odd names their strange products, metrics and release names."""
    world = story.world
    for build in world.current_builds(JobsetKey("odd_names", "main")):
        if build.finished and build.job.startswith(("<script", "release/", "status-6")):
            world.finish(build.id, _hostile_result(build.status or 0), at=build.stoptime)
