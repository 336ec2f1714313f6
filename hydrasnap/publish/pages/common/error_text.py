"""The text of an error, readable: its colours kept, and folded if it is long."""

from hydrasnap.publish.page_limits import Limits
from hydrasnap.publish.pages.common.ansi import TextSpan, spans, split_lines
from hydrasnap.publish.pages.common.page import View


class ErrorText(View, frozen=True, kw_only=True):
    """An error as Hydra reports it; `cut` counts the characters that only the errors page has.

    Of a long text `folded` are the spans beyond the first lines; `lines` counts those lines.
    """

    title: str
    time: int | None
    spans: tuple[TextSpan, ...]
    folded: tuple[TextSpan, ...] = ()
    lines: int = 0
    cut: int = 0


def error_text(
    limits: Limits, title: str, time: int | None, text: str, longest: int | None
) -> ErrorText:
    """Describe an error, in full or the first whole lines of it."""
    kept = text
    if longest is not None and len(kept) > longest:
        kept = kept[:longest].rpartition("\n")[0] or kept[:longest]
    is_long = kept.count("\n") >= limits.folded_error
    seen, folded = split_lines(spans(kept), limits.error_lines) if is_long else (spans(kept), ())
    return ErrorText(
        title=title,
        time=time,
        spans=seen,
        folded=folded,
        lines=kept.count("\n") + 1 - limits.error_lines if folded else 0,
        cut=len(text) - len(kept),
    )
