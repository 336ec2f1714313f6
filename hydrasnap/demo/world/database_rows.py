"""The rows of the embedded Hydra's database: plain, mutable, with Hydra's own defaults."""

import hashlib
from dataclasses import dataclass, field

from hydrasnap.model import Declarative, EvaluationInput, JobsetInput, JobsetKey, Package

_DIGITS = "0123456789abcdfghijklmnpqrsvwxyz"


def store_path(kind: str, name: str) -> str:
    """Return a store path in Nix's form; the same `kind` and `name` give the same path."""
    number = int.from_bytes(hashlib.sha256(f"{kind}:{name}".encode()).digest()[:20])
    digest = "".join(_DIGITS[number >> shift & 31] for shift in range(0, 160, 5))
    return f"/nix/store/{digest}-{name}"


def revision(*parts: object) -> str:
    """Return 40 hexadecimal digits that stand for a commit."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:40]


@dataclass(slots=True)
class ProjectRow:
    """A project; `declarative` says where a file declares its jobsets."""

    name: str
    displayname: str = ""
    description: str = ""
    homepage: str = ""
    owner: str = "alice"
    enabled: bool = True
    hidden: bool = False
    declarative: Declarative | None = None


@dataclass(slots=True)
class JobsetRow:
    """A jobset; `enabled` is Hydra's 0 to 3, times are Unix seconds, an empty `flake` is legacy."""

    project: str
    name: str
    description: str = ""
    enabled: int = 1
    visible: bool = True
    flake: str = ""
    nixexprinput: str = "nixpkgs"
    nixexprpath: str = "release.nix"
    checkinterval: int = 300
    schedulingshares: int = 100
    keepnr: int = 3
    enableemail: bool = False
    emailoverride: str = ""
    inputs: tuple[JobsetInput, ...] = ()
    errormsg: str = ""
    fetcherrormsg: str = ""
    errortime: int | None = None
    lastcheckedtime: int | None = None
    triggertime: int | None = None
    starttime: int | None = None

    @property
    def key(self) -> JobsetKey:
        """Name the jobset."""
        return JobsetKey(self.project, self.name)


@dataclass(slots=True)
class EvaluationRow:
    """An evaluation; without new builds it holds neither builds nor inputs, as in Hydra."""

    id: int
    jobset: JobsetKey
    timestamp: int
    checkouttime: int = 9
    evaltime: int = 120
    hasnewbuilds: bool = True
    flake: str | None = None
    inputs: tuple[EvaluationInput, ...] = ()
    builds: tuple[int, ...] = ()
    errormsg: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """What an evaluation finds under a name.

    A change of `recipe` is a change of the derivation, so the next evaluation makes a new build;
    else it takes over the old one. `constituents` are job names and make the job an aggregate.
    `floating` marks a content-addressed derivation, whose output path is unknown until it is built.
    """

    name: str
    nixname: str = ""
    system: str = "x86_64-linux"
    recipe: str = ""
    outputs: tuple[str, ...] = ("out",)
    constituents: tuple[str, ...] | None = None
    floating: bool = False
    priority: int = 100
    package: Package = field(default_factory=Package)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A build product; ``{out}`` in `path` stands for the build's first output path."""

    type: str
    subtype: str = ""
    name: str = ""
    path: str = "{out}"
    defaultpath: str | None = ""
    filesize: int | None = None
    sha256hash: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of a build; `duration` in seconds, `metrics` are ``(name, value, unit)``.

    `size` is of its outputs and `closuresize` of all that they need, in bytes, 0 where not known.
    `causes` are the failed builds that it needed, `dependency` is the name and version of the
    package that failed first where no job builds that.
    """

    status: int = 0
    duration: int = 60
    products: tuple[ProductRow, ...] = ()
    metrics: tuple[tuple[str, float, str | None], ...] = ()
    releasename: str | None = None
    size: int = 0
    closuresize: int = 0
    causes: tuple[int, ...] = ()
    dependency: str = ""


@dataclass(slots=True)
class BuildRow:
    """A build; `constituents` is None where it is no aggregate."""

    id: int
    jobset: JobsetKey
    job: str
    nixname: str
    system: str
    drvpath: str
    timestamp: int
    priority: int = 100
    finished: bool = False
    status: int | None = None
    starttime: int | None = None
    stoptime: int | None = None
    outputs: dict[str, str | None] = field(default_factory=dict)
    products: tuple[ProductRow, ...] = ()
    metrics: tuple[tuple[str, float, str | None], ...] = ()
    releasename: str | None = None
    size: int = 0
    closuresize: int = 0
    constituents: tuple[int, ...] | None = None
    package: Package = field(default_factory=Package)
    causes: tuple[int, ...] = ()
    dependency: str = ""
    evaluations: set[int] = field(default_factory=set)
