"""What a build made: its derivation, outputs and products, and how to get them."""

import shlex
from collections import Counter
from collections.abc import Iterator

from hydrasnap.model import Build, Evaluation, Output, Product
from hydrasnap.publish.pages.common.jobset_head import expression
from hydrasnap.publish.pages.common.page import View
from hydrasnap.publish.pages.common.site import Site

_PACKAGE = "nix-build"
# The words of Hydra's ``product-list.tt``; a type alone stands for all other subtypes of it.
_WORDS = {
    ("nix-build", ""): "Nix package",
    ("file", "source-dist"): "Source distribution",
    ("file", "rpm"): "RPM package",
    ("file", "srpm"): "Source RPM package",
    ("file", "deb"): "Debian package",
    ("file", "iso"): "ISO image",
    ("file", "binary-dist"): "Binary distribution",
    ("file", ""): "File",
    ("channel", ""): "Channel",
    ("report", "coverage"): "Coverage report",
    ("report", ""): "Report",
    ("doc", "readme"): "Read me",
    ("doc", "manual"): "Manual",
    ("doc", "release-notes"): "Release notes",
    ("doc", ""): "Documentation",
}


class Derivation(View, frozen=True, kw_only=True):
    """A derivation: `path` and `expression` are empty where they are not known."""

    path: str
    expression: str  # that the jobset evaluates
    outputs: tuple[Output, ...]
    reproduce: str  # the command that builds it
    script: str  # the address of Hydra's script for that, empty if the command runs none
    install: str  # the command that installs the outputs, empty if there is none


class ProductRow(View, frozen=True, kw_only=True):
    """A product; `href` leads to its download on the Hydra, `latest` to that of the latest build.

    `latest` is empty where Hydra has no such address.
    """

    name: str
    type: str
    size: int | None
    sha256: str
    path: str
    href: str
    latest: str


def derivation(site: Site, build: Build, first: Evaluation | None) -> Derivation:
    """Describe the derivation of a build, whose first evaluation is `first`."""
    flake = first.flake if first and not first.flake.startswith("-") else ""  # no option
    script = "" if flake else site.live("build", str(build.id), "reproduce")
    return Derivation(
        path=build.drvpath,
        expression=expression(site.snapshot.jobsets[build.jobset_key].configuration),
        outputs=build.outputs,
        reproduce=_reproduce(build, flake, script),
        script=script,
        install=install_command(build),
    )


def _reproduce(build: Build, flake: str, script: str) -> str:
    if flake:
        return f"nix build {shlex.quote(f'{flake}#hydraJobs.{build.job}')}"
    return f"curl --fail --location {shlex.quote(script)} --output reproduce\nbash reproduce"


def product_rows(site: Site, build: Build) -> Iterator[ProductRow]:
    """Describe the products of a build in Hydra's order."""
    kinds = Counter((product.type, product.subtype) for product in build.products)
    for product in build.products:
        name = next(filter(str.strip, (product.name, product.path.rpartition("/")[2])), "")
        name = name or f"product {product.number}"
        only = kinds[product.type, product.subtype] == 1
        yield ProductRow(
            name=name,
            type=_words(product),
            size=product.filesize,
            sha256=product.sha256hash,
            path="/".join(filter(None, (product.path, product.defaultpath))),
            href=site.live("build", str(build.id), "download", str(product.number), name),
            latest=_latest(site, build, product, only=only),
        )


def install_command(build: Build) -> str:
    """Return the command that installs the packages of a successful build; else empty."""
    paths = [product.path for product in build.products if product.type == _PACKAGE]
    stored = [path for path in paths if path.startswith("/")]  # else it could be an option or code
    if not build.status.succeeded or not stored:
        return ""
    return " ".join(["nix-env --install", *map(shlex.quote, stored)])


def _words(product: Product) -> str:
    """Return what a product is in words, with its subtype if the words do not include it."""
    type_, pdf = product.type.removesuffix("-pdf"), product.type == "doc-pdf"
    found = _WORDS.get((type_, product.subtype))
    if found is None:
        found = " ".join(filter(None, (_WORDS.get((type_, ""), product.type), product.subtype)))
    return f"{found} (PDF)" if pdf else found


def _latest(site: Site, build: Build, product: Product, *, only: bool) -> str:
    """Return the address that leads to this product of the latest build that succeeded."""
    if "/" in build.job or "%" in build.job:
        return ""  # no address of Hydra's can hold such a name
    segments = ["download", str(product.number)]
    if only and product.type and product.subtype:
        segments = ["download-by-type", product.type, product.subtype]
    return site.live("job", *build.job_key, "latest", *segments)
