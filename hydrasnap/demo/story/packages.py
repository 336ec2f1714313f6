"""The packages of the story, and the jobs that build them."""

from collections.abc import Iterable
from dataclasses import dataclass

from hydrasnap.demo.story.package_metadata import ABOUT
from hydrasnap.demo.world.database_rows import Job
from hydrasnap.model import Package

LINUX = ("x86_64-linux", "aarch64-linux")
DARWIN = ("x86_64-darwin", "aarch64-darwin")
LATER = 10_000

TOOLS = """bash:5.3 binutils:2.45 cargo:1.91 cmake:4.1 coreutils:9.8 curl:8.16 ffmpeg:8.0 gawk:5.3
gcc:15.2 gdb:16.3 ghc:9.10 git:2.51 glibc:2.42 gnumake:4.4 go_1_25:1.25 hello:2.12 imagemagick:7.1
jq:1.8 libxml2:2.15 llvm:21.1 nginx:1.29 nix:2.32 nodejs_24:24.11 openssl:3.6 postgresql_18:18.0
python3:3.13 qemu:10.1 ripgrep:15.1 ruby_3_4:3.4 sqlite:3.50 systemd:258 tmux:3.5 vim:9.1 zlib:1.3
zstd:1.5"""
LINUX_ONLY = frozenset({"binutils", "glibc", "gdb", "qemu", "systemd"})
SPLIT = frozenset({"bash", "curl", "openssl", "zlib", "sqlite", "cargo"})
PYTHON = """aiohttp:3.13 black:25.9 cryptography:46.0 django:5.2 flask:3.1 httpx:0.28 jinja2:3.1
lxml:6.0 matplotlib:3.10 numpy:2.3 pandas:2.3 pillow:12.0 pytest:8.4 requests:2.32 scipy:1.16
torch:2.9"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A job of a plan, in the evaluations from `first` to before `last`, counted from 0."""

    job: Job
    version: str = ""
    first: int = 0
    last: int = LATER


def entry(
    name: str,
    version: str = "1.0",
    system: str = LINUX[0],
    *,
    first: int = 0,
    last: int = LATER,
) -> Entry:
    """Return a job ``NAME.SYSTEM`` of a package; those in `SPLIT` have several outputs."""
    short = name.rpartition(".")[2]
    outputs = ("bin", "dev", "man", "out") if short in SPLIT else ("out",)
    package = ABOUT.get(short, Package())
    job = Job(f"{name}.{system}", short, system, outputs=outputs, package=package)
    return Entry(job, version, first, last)


def entries(listing: str, systems: Iterable[str], prefix: str = "") -> list[Entry]:
    """Return the jobs of a listing of ``name:version`` on some systems."""
    packages = (word.split(":") for word in listing.split())
    return [
        entry(f"{prefix}{name}", version, system)
        for name, version in packages
        for system in systems
        if name not in LINUX_ONLY or system in LINUX
    ]


def aggregate(name: str, jobs: Iterable[Entry], nixname: str = "") -> Entry:
    """Return a job that depends on others."""
    names = tuple(each.job.name for each in jobs)
    return Entry(Job(name, nixname or name, constituents=names, priority=200))


def single(name: str, nixname: str, *, priority: int = 100) -> Entry:
    """Return a job whose name does not end in a system."""
    return Entry(Job(name, nixname, priority=priority), "26.05")
