"""Where every page lives, and how one page points to another.

Addresses follow Hydra's own (``/build/12`` is ``build/12.html``), so that a static host answers
Hydra's paths. A name from a Hydra may be anything; its file name is safe on every file system:

* ASCII letters, digits and ``-_.+=@,()`` stay; all else, and what a file system reserves (a
  leading or trailing dot, ``CON``, our own endings), becomes ``~XX`` per UTF-8 byte, so no two
  names meet and no archive, code page or normalization can change one;
* a name longer than 120 bytes ends in ``~~`` and a digest;
* names that differ by case alone (`collisions`) keep apart by ``~~`` and a digest, but for the one
  that is all lower case.

A path made of such names needs no quoting in an address: `root_of(page) + path` is a link.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Container, Iterable
from functools import lru_cache
from urllib.parse import quote, urlsplit

from hydrasnap.model import JobKey, JobsetKey

_UNSAFE = re.compile(r"[^A-Za-z0-9_.+=@,()-]")
_WORD = r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)"  # that Windows reserves
_ENDING = r"(?:html|json|svg|atom|xml|js|css|txt)$"  # of files of the site
_RESERVED = re.compile(_WORD, re.IGNORECASE)
_OUR_ENDING = re.compile(rf"\.(?={_ENDING})", re.IGNORECASE)
_LONGEST = 120
_SAFE = re.compile(  # as most names are: not reserved, dots only inside, and no ending of our files
    rf"(?!{_WORD})(?!.*\.{_ENDING})(?!\.)[a-z0-9_.+=@,()-]{{1,{_LONGEST}}}(?<!\.)",
    re.IGNORECASE | re.ASCII,
)
_PAGE = ".html"
_OUTWARD = re.compile(r"(?:https?://[^\s/]|mailto:[^\s@]+@)[^\s<>\"\\^`{|}]*", re.IGNORECASE)


def _escape(text: str) -> str:
    return "".join(f"~{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def safe_name(name: str) -> str:
    """Turn any name into a file name (without ending); different names stay different.

    >>> safe_name("python3Packages.numpy.x86_64-linux")
    'python3Packages.numpy.x86_64-linux'
    >>> safe_name("a/b"), safe_name(".."), safe_name("CON")
    ('a~2Fb', '~2E~2E', '~43ON')
    """
    if _SAFE.fullmatch(name):
        return name
    safe = _UNSAFE.sub(lambda found: _escape(found[0]), name)
    safe = _OUR_ENDING.sub("~2E", safe)
    safe = re.sub(r"^\.+|\.+$", lambda found: _escape(found[0]), safe) or "~"
    if _RESERVED.match(safe):
        safe = _escape(safe[0]) + safe[1:]
    if len(safe) <= _LONGEST:
        return safe
    return f"{safe[:_LONGEST]}~~{_digest(name)}"


def case_collisions(names: Iterable[str]) -> frozenset[str]:
    """Return the names that need a digest because another differs from them by case alone."""
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        groups[safe_name(name).lower()].add(name)
    collisions = (group for group in groups.values() if len(group) > 1)
    return frozenset(name for group in collisions for name in group if name != name.lower())


def outward(address: str) -> str | None:
    """Return an external address if it is safe to link to, else None.

    >>> outward("https://nixos.org/"), outward("javascript:alert(1)")
    ('https://nixos.org/', None)
    """
    if not address.isprintable() or not _OUTWARD.fullmatch(address):
        return None
    try:
        urlsplit(address).port  # noqa: B018 - asking is what checks the host and port
    except ValueError:
        return None
    return address


def live_path(*names: str) -> str:
    """Return the path by which Hydra itself knows an object, each name quoted.

    >>> live_path("job", "p", "j", "a b")
    '/job/p/j/a%20b'
    """
    return "".join(map(_step, names))


@lru_cache(maxsize=65536)
def _step(name: str) -> str:
    return f"/{quote(name.encode('utf-8', 'surrogatepass'), safe='')}"


def relative(target: str, page: str) -> str:
    """Return the relative address, quoted, that leads from `page` to `target`.

    Both are paths below the site's root; `target` may end in a fragment, or in a query, which is
    quoted already.

    >>> relative("build/1.html", "job/p/j/k.html")
    '../../../build/1.html'
    """
    path, mark, query = target.partition("?")
    if mark:
        return f"{relative(path, page)}?{query}"
    path, mark, fragment = target.partition("#")
    if path == page and mark:
        return f"#{quote(fragment)}"
    address = root_of(page) + quote(path, safe="/~()+=@,!$'*")
    if ":" in address.split("/", 1)[0]:  # would read as a scheme
        address = f"./{address}"
    return f"{address}{mark}{quote(fragment)}" if mark else address


def root_of(page: str) -> str:
    """Return the relative path from a page up to the site's root: empty or ``../`` repeated."""
    return "../" * page.count("/")


class Links:
    """The addresses of the pages of one snapshot, as paths below the site's root."""

    OVERVIEW = "index.html"
    QUEUE = "queue.html"
    EVALUATIONS = "evals.html"
    BUILDS = "builds.html"
    SEARCH = "search.html"
    WATCH = "watch.html"
    MAINTAINERS = "maintainers.html"
    COMPARE = "compare.html"
    STATUS = "status.html"
    DATA = "data.html"
    NOT_FOUND = "404.html"
    FOLDERS = frozenset(
        {"build", "eval", "job", "jobset", "maintainer", "project", "search", "static", "watch"}
    )
    OURS = frozenset(
        {
            OVERVIEW, QUEUE, EVALUATIONS, BUILDS, SEARCH, WATCH, MAINTAINERS, COMPARE, STATUS, DATA,
            NOT_FOUND,
        }
    )  # fmt: skip

    def __init__(
        self,
        collisions: Iterable[str] = (),
        *,
        builds: Container[int] | None = None,
        jobs: Container[JobKey] | None = None,
    ) -> None:
        """Set the builds and jobs that have a page, None for all; the search opens the others."""
        self._collisions = frozenset(collisions)
        self._builds = builds
        self._jobs = jobs
        self._names: dict[str, str] = {}

    @property
    def collisions(self) -> frozenset[str]:
        """Return the names that need a digest in their file names."""
        return self._collisions

    def name(self, name: str) -> str:
        """Return the file name of a project, jobset or job."""
        safe = self._names.get(name)
        if safe is None:
            safe = safe_name(name)
            if name in self._collisions and "~~" not in safe:
                safe = f"{safe}~~{_digest(name)}"
            self._names[name] = safe
        return safe

    def project(self, project: str, part: str = ".html") -> str:
        """Return the page of a project, or another `part` such as ``/feed.atom``."""
        return f"project/{self.name(project)}{part}"

    def jobset(self, key: JobsetKey, part: str = ".html") -> str:
        """Return the page of a jobset, or another `part` such as ``/evals.html``."""
        return f"jobset/{self.name(key.project)}/{self.name(key.name)}{part}"

    def job(self, key: JobKey, part: str = ".html") -> str:
        """Return the page of a job, or another `part` such as ``/shield.json``."""
        if self._jobs is not None and part == _PAGE and key not in self._jobs:
            return self.job_search(key)
        jobset = f"{self.name(key.project)}/{self.name(key.jobset)}"
        return f"job/{jobset}/{self.name(key.name)}{part}"

    def job_search(self, key: JobKey, *names: str) -> str:
        """Return the address at which the search opens a job, or a permalink below it."""
        return f"{self.SEARCH}?job{live_path(*key, *names)}"

    def evaluation(self, number: int, part: str = ".html") -> str:
        """Return the page of an evaluation, or another `part` such as ``.json``."""
        return f"eval/{number}{part}"

    def states(self, evaluation: int) -> str:
        """Return the file with the state of every job of an evaluation, without its ending."""
        return self.evaluation(evaluation, "/jobs")

    def watch(self, name: str, part: str = ".html") -> str:
        """Return the page of a watch list, or another `part` such as ``/feed.atom``."""
        return f"watch/{safe_name(name)}{part}"

    def maintainer(self, label: str) -> str:
        """Return the page of a maintainer."""
        return f"maintainer/{safe_name(label)}.html"

    def build(self, number: int, part: str = ".html") -> str:
        """Return the page of a build, or another `part` such as ``.json``."""
        if self._builds is not None and part == _PAGE and number not in self._builds:
            return f"{self.SEARCH}?build/{number}"
        return f"build/{number}{part}"
