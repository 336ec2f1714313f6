"""How numbers are written on a terminal, and what a rendering did."""

import time
from typing import TYPE_CHECKING, Any

from hydrasnap.formatting import plural

if TYPE_CHECKING:
    from hydrasnap.publish.settings import Published

_SHOWN_REMARKS = 10
_KILO = 1000


def size(number: int) -> str:
    """Write a number of bytes for people, in powers of a thousand."""
    value, unit = float(number), "B"
    for unit in ("B", "kB", "MB", "GB"):  # noqa: B007
        if value < _KILO:
            break
        value /= _KILO
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"  # noqa: PLR2004


def moment(seconds: int) -> str:
    """Write a Unix time in UTC."""
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(seconds))


def span(seconds: float) -> str:
    """Write a duration with its two largest units."""
    whole = int(seconds)
    for name, length, small, part in (("d", 86400, "h", 3600), ("h", 3600, "min", 60),
                                      ("min", 60, "s", 1)):  # fmt: skip
        if whole >= length:
            rest = whole % length // part
            return (
                f"{whole // length} {name} {rest} {small}" if rest else f"{whole // length} {name}"
            )
    return f"{whole} s"


def publish_summary(done: "Published") -> str:
    """Say what a rendering wrote, what to look after, and which page to open."""
    lines = [
        f"  wrote   {plural(done.written, 'file')}; {done.unchanged:,} unchanged, "
        f"{done.removed:,} removed",
        f"  site    {done.pages:,} pages, {size(done.bytes)}",
    ]
    if done.why:
        lines.append(f"  pages   only for notable builds and jobs: {done.why};")
        lines.append("          the search opens the rest")
    lines += [f"  warning {remark}" for remark in done.remarks[:_SHOWN_REMARKS]]
    if len(done.remarks) > _SHOWN_REMARKS:
        lines.append(f"  warning and {len(done.remarks) - _SHOWN_REMARKS} more like these")
    return "\n".join([*lines, f"Open {done.index}"])


def publish_fields(done: "Published") -> dict[str, Any]:
    """Say what a rendering wrote, to a machine."""
    return {
        "written": done.written,
        "unchanged": done.unchanged,
        "removed": done.removed,
        "pages": done.pages,
        "bytes": done.bytes,
        "index": str(done.index),
        "policy": done.why,
        "lost": done.lost,
        "warnings": done.remarks,
    }
