"""The addresses that a crawl may ask for; there are no others, and none changes anything.

With a privileged session plain GETs such as ``/build/ID/restart`` act, so `check` is asked before
every request. Names are quoted, and ``.`` and ``..`` are refused, which would lead elsewhere.
"""

import re
from urllib.parse import quote, unquote, urlencode

from hydrasnap.errors import NotAHydraError

OVERVIEW = "/"
LOGIN = "/login"
RUNNING = "/status"
MACHINES = "/machines"
RUNNER = "/queue-runner-status"

_NAME = r"(?!\.{1,2}(?:/|$))[^/?#]+"
_ALLOWED = re.compile(
    rf"/|/api/jobsets\?project={_NAME}|/api/queue\?nr=\d+"
    rf"|{RUNNING}|{MACHINES}|{RUNNER}|/api/nrbuilds\?nr=\d+&period=(hour|day)"
    rf"|/jobset/{_NAME}/{_NAME}(/errors|/latest-eval|/(evals|all)(\?page=\d+)?)?"
    r"|/eval/\d+(/builds|/errors|\?full=1)?"
    r"|/build/\d+(/constituents)?"
    rf"|/job/{_NAME}/{_NAME}/{_NAME}/(closure|output)-sizes"
)


def check(path: str) -> str:
    """Return `path` if it is on the list."""
    if not _ALLOWED.fullmatch(path):
        raise NotAHydraError(f"{path} is not an address that hydrasnap asks for.")
    return path


def jobsets(project: str) -> str:
    """Return the path of the overview of a project's jobsets."""
    return f"/api/jobsets?{urlencode({'project': project}, quote_via=quote)}"


def jobset(project: str, name: str) -> str:
    """Return the path of a jobset; servers before 2024 have the text of its errors here."""
    return f"/jobset/{quote(project, safe='')}/{quote(name, safe='')}"


def errors(project: str, name: str) -> str:
    """Return the path of a jobset with the text of its errors; servers before 2024 lack it."""
    return f"{jobset(project, name)}/errors"


def evaluations(project: str, name: str, page: int = 1) -> str:
    """Return the path of a page of a jobset's evaluations: twenty each, newest first."""
    return f"{jobset(project, name)}/evals" + (f"?page={page}" if page > 1 else "")


def finished(project: str, name: str, page: int = 1) -> str:
    """Return the path of a page of a jobset's finished builds: twenty each, the last first."""
    return f"{jobset(project, name)}/all" + (f"?page={page}" if page > 1 else "")


def evaluation_errors(number: int) -> str:
    """Return the path of the page with the text of an evaluation's errors."""
    return f"/eval/{number}/errors"


def latest_evaluation(project: str, name: str) -> str:
    """Return the path that redirects to the newest finished evaluation."""
    return f"{jobset(project, name)}/latest-eval"


def evaluation(number: int) -> str:
    """Return the path of an evaluation."""
    return f"/eval/{number}"


def evaluation_builds(number: int) -> str:
    """Return the path of all builds of an evaluation in one answer."""
    return f"/eval/{number}/builds"


def listing(number: int) -> str:
    """Return the path of the HTML page with one row for each build of an evaluation."""
    return f"/eval/{number}?full=1"


def build(number: int) -> str:
    """Return the path of a build."""
    return f"/build/{number}"


def constituents(number: int) -> str:
    """Return the path of an aggregate's constituents."""
    return f"/build/{number}/constituents"


def sizes(kind: str, project: str, jobset: str, job: str) -> str:
    """Return the path of the sizes of a job's builds; `kind` is ``closure`` or ``output``."""
    names = "/".join(quote(name, safe="") for name in (project, jobset, job))
    return f"/job/{names}/{kind}-sizes"


def is_job_name(name: str) -> bool:
    """Return whether Hydra can answer for a job of this name; it cannot with ``/`` or ``%``."""
    return name not in ("", ".", "..") and not set(name) & set("/%")


def queue(most: int) -> str:
    """Return the path of the unfinished builds, at most `most` of them."""
    return f"/api/queue?nr={most}"


def throughput(period: str, most: int) -> str:
    """Return the path of the numbers of builds by ``hour`` or ``day``, at most `most`."""
    return f"/api/nrbuilds?nr={most}&period={period}"


def is_heavy(path: str) -> bool:
    """Return whether the answer grows with the number of builds: it may take minutes."""
    return path.endswith(("/builds", "?full=1")) or "/evals" in path


def jobset_of(path: str) -> tuple[str, str] | None:
    """Return project and jobset of an address below ``/jobset/``, or None for another one."""
    parts = [unquote(part) for part in path.split("/")]
    is_jobset = len(parts) > 3 and parts[1] == "jobset"  # noqa: PLR2004
    return (parts[2], parts[3]) if is_jobset else None


def evaluation_of(path: str) -> int | None:
    """Return the id in an address below ``/eval/``, or None for another one."""
    found = re.match(r"/eval/(\d+)(/|$)", path)
    return int(found[1]) if found else None
