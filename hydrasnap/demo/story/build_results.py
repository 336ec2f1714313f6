"""What builds of the story leave behind: durations, products, metrics and release names."""

from hashlib import sha256

from hydrasnap.demo.story.scenario import matches
from hydrasnap.demo.world.chance import chance
from hydrasnap.demo.world.database_rows import BuildRow, ProductRow, Result

KEPT = frozenset({0, 6})
SLOW = "gcc.* ghc.* llvm.* torch.* *torch.* chromium.* iso_* qemu.* nixosTests.* glibc.*"

Metrics = tuple[tuple[str, float, str | None], ...]


def result_of(build: BuildRow, status: int, number: int) -> Result:
    """Return the result of a build that the evaluation of a number made."""
    duration = _duration(build, status, number)
    if status not in KEPT:
        return Result(status, duration)
    release = f"{build.nixname}.{build.drvpath[11:23]}" if build.job.startswith("tarball") else None
    products = _products(build)
    sizes = _sizes(build, number, products)
    return Result(status, duration, products, _metrics(build, number), release, *sizes)


def _duration(build: BuildRow, status: int, number: int) -> int:
    """Return seconds: slow packages are slow, each drifts a little, few come from a cache."""
    if status == 0 and not chance("cached", build.job, number) % 25:
        return 0
    slow = matches(SLOW, build.job)
    usual = 8 + chance("usual", build.job) % (3000 if slow else 400)
    return usual + number * usual // 100 + chance("drift", build.job, number) % (1 + usual // 8)


def _sizes(build: BuildRow, number: int, products: tuple[ProductRow, ...]) -> tuple[int, int]:
    """Return the bytes of the outputs and of their closure; both grow in the long run."""
    usual = 40_000 + chance("size", build.job) % 90_000_000
    usual += sum(product.filesize or 0 for product in products)
    size = usual + number * usual // 300 + chance("grown", build.job, number) % (1 + usual // 40)
    needed = 35_000_000 + chance("needed", build.job) % 600_000_000
    return size, size + needed + number * needed // 200 + chance("deps", number) % 14_000_000


def _file(subtype: str, name: str, folder: str, size: int) -> ProductRow:
    digest = sha256(f"{subtype}{name}{size}".encode()).hexdigest()
    return ProductRow("file", subtype, name, f"{{out}}/{folder}/{name}", "", size, digest)


def _special(build: BuildRow) -> dict[str, tuple[ProductRow, ...]]:
    """Return the products of jobs that build no plain package, by a pattern of their names."""
    name, digest = build.nixname, sha256(build.nixname.encode()).hexdigest()
    return {
        "tarball*": (
            _file("source-dist", f"{name}.tar.xz", "tarballs", 31_166_722),
            ProductRow("doc", "release-notes", "", "{out}/notes"),
        ),
        "iso_*": (
            _file("iso", f"{name}.iso", "iso", 4_700_000_000 + chance(build.id) % 100_000_000),
        ),
        "manual*": (
            ProductRow("doc", "manual", "manual", "{out}/share/doc/manual", "index.html"),
            ProductRow("doc-pdf", "manual", "manual.pdf", "{out}/share/doc/manual.pdf", "",
                       2_718_281),
            ProductRow("doc", "readme", "README", "{out}/README", "", 4096),
            ProductRow("doc", "other", "options.html", "{out}/share/doc/options.html", None),
            _file("brotli", "options.json.br", "share", 161_264),
        ),
        "channel*": (
            ProductRow("channel", "", "nixexprs.tar.xz", f"{{out}}/{name}.tar.xz", "", 28_311_552,
                       digest),
        ),
        "coverage*": (
            ProductRow("report", "coverage", "coverage", "{out}/coverage", None),
            ProductRow("report", "other", "lint", "{out}/lint/report.html", "", 51_200),
        ),
        "binaries*": (
            _file("deb", f"{name}_amd64.deb", "debs", 911_000),
            _file("rpm", f"{name}.x86_64.rpm", "rpms", 914_000),
            _file("srpm", f"{name}.src.rpm", "rpms", 1_203_000),
            _file("binary-dist", f"{name}-linux.tar.gz", "dist", 1_618_033),
            _file("other", f"{name}.sig", "dist", 0),
            ProductRow("nix-build", "closure", f"{name}-closure", "{out}/closure.nar"),
            ProductRow("sbom", "cyclonedx", "bom.json", "{out}/bom.json", "", 77_777),
        ),
    }  # fmt: skip


def _products(build: BuildRow) -> tuple[ProductRow, ...]:
    if build.constituents is not None:
        return ()
    for pattern, products in _special(build).items():
        if matches(pattern, build.job):
            return products
    return tuple(
        ProductRow(
            "nix-build",
            "" if name == "out" else name,
            (path or build.nixname).rpartition("/")[2].partition("-")[2] or build.nixname,
            path or "{out}",
        )
        for name, path in build.outputs.items()
    )


def _metrics(build: BuildRow, number: int) -> Metrics:
    """Return what the ``metrics`` job measures; other jobs report nothing."""
    if not build.job.startswith("metrics"):
        return ()
    wobble = chance("metric", number) % 1000
    return (
        ("loc", 412_000.0 + 310 * number + wobble % 50, None),
        ("nixos.smallContainer.values", 31_400_000.0 + 12_000 * number + 7 * wobble, ""),
        ("nixos.smallContainer.time", round(1.9 + number / 100 + wobble / 2000, 3), "s"),
        ("coverage", round(71.5 + number / 10, 1), "%"),
        ("closureSize", 924_284.0 - 2048 * (number % 7), "KiB"),
        ("warnings", 0.0, None),
    )
