"""Line charts as numbers for an inline SVG: no script, the same bytes for the same values.

A chart is drawn in a box of `WIDTH` by `HEIGHT` that stretches to any page; all its texts are HTML
around the box, so they keep their size. What it shows also stands in its table.
"""

from collections.abc import Callable, Iterable, Sequence

from hydrasnap.formatting import date, duration, number, size
from hydrasnap.publish.pages.common.page import View

WIDTH, HEIGHT = 1000, 100
LOOKS = 6
_BEYOND = 1e18  # a larger value is written as a plain number, not as a size or a time
_BYTES = {"B": 1, "byte": 1, "bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


class Moment(View, frozen=True, kw_only=True):
    """A place on the chart's time axis: a build or evaluation, its page, and a remark.

    `label` names it. `href` is empty where it has no page; an `external` one is on the Hydra. The
    values of an `open` moment can still change.
    """

    label: str
    href: str = ""
    time: int | None = None
    note: str = ""
    external: bool = False
    open: bool = False


class Line(View, frozen=True, kw_only=True):
    """A line: `path` and `dots` are SVG path data, `look` numbers colour and dashes from 1."""

    name: str
    newest: str
    look: int
    path: str
    dots: str


class Column(View, frozen=True, kw_only=True):
    """The stripe over one moment, for a pointer: its place in the box, and its words."""

    x: str
    width: str
    href: str
    words: str
    external: bool
    open: bool


class Row(View, frozen=True, kw_only=True):
    """A line of the chart's table."""

    moment: Moment
    values: tuple[str, ...]


class Chart(View, frozen=True, kw_only=True):
    """A chart; `key` is unique on its page, `rows` are newest first.

    `unread` counts the moments that are left out, as not all of their values are known.
    """

    key: str
    title: str
    summary: str
    of: str
    dated: bool
    top: str
    bottom: str
    first: str
    last: str
    lines: tuple[Line, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unread: int = 0


class Series(View, frozen=True, kw_only=True):
    """The values of one line, one for each moment."""

    name: str
    values: tuple[float, ...]


def unit_words(unit: str) -> Callable[[float], str]:
    """Return how values of a unit are written.

    >>> unit_words("bytes")(2048), unit_words("s")(90), unit_words("%")(99.5)
    ('2.0 KiB', '1 min 30 s', '99.5 %')
    """
    factor = _BYTES.get(unit, 1)

    def words(value: float) -> str:
        if abs(value * factor) < _BEYOND and unit in (*_BYTES, "s"):
            whole = round(value * factor)
            return duration(whole) if unit == "s" else size(whole)
        return f"{number(value)} {unit}".rstrip()

    return words


class Scale(View, frozen=True, kw_only=True):
    """The values at the bottom and the top of the box."""

    low: float
    high: float

    def y(self, value: float) -> str:
        """Return the height of a value in the box."""
        span = self.high / 2 - self.low / 2  # of halves: the difference itself may overflow
        share = (value / 2 - self.low / 2) / span if span else 0
        return _short(HEIGHT * (1 - share))


def scale(values: Sequence[float]) -> Scale:
    """Choose a scale: it starts at zero, unless the values differ little and lie far from zero."""
    low, high = min(values), max(values)
    if low <= high / 2 or low == high:
        low, high = min(low, 0), max(high, 0)
    return Scale(low=low, high=high)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def chart(
    name: tuple[str, str, str],
    moments: Sequence[Moment],
    series: Sequence[Series],
    words: Callable[[float], str],
) -> Chart:
    """Draw one or more lines over `moments`, oldest first.

    `name` is the key, the title, and the word for a moment.
    """
    count = len(moments)
    fit = scale([value for line in series for value in line.values])
    rows = [
        Row(moment=moment, values=tuple(words(line.values[place]) for line in series))
        for place, moment in enumerate(moments)
    ]
    return Chart(
        key=name[0],
        title=name[1],
        of=name[2],
        summary=_summary(series, words),
        top=words(fit.high) if fit.low != fit.high else "",
        bottom=words(fit.low),
        dated=moments[0].time is not None,
        first=_when(moments[0]),
        last=_when(moments[-1]),
        lines=tuple(_line(line, place, fit, words) for place, line in enumerate(series)),
        columns=tuple(_column(row, place, count, series) for place, row in enumerate(rows)),
        rows=tuple(reversed(rows)),
    )


def _when(moment: Moment) -> str:
    return moment.label if moment.time is None else date(moment.time)


def _summary(series: Iterable[Series], words: Callable[[float], str]) -> str:
    parts = (
        f"{line.name}: {words(line.values[0])} to {words(line.values[-1])}, "
        f"at most {words(max(line.values))}"
        for line in series
    )
    return "; ".join(parts)


def _line(line: Series, place: int, fit: Scale, words: Callable[[float], str]) -> Line:
    count = len(line.values)
    middles = (_short(WIDTH * (place + 0.5) / count) for place in range(count))
    points = [f"{x} {fit.y(value)}" for x, value in zip(middles, line.values, strict=True)]
    return Line(
        name=line.name,
        newest=words(line.values[-1]),
        look=place % LOOKS + 1,
        path="M" + "L".join(points),
        dots="".join(f"M{point}h0" for point in points),
    )


def _place(moment: Moment) -> str:
    return moment.label if moment.time is None else f"{moment.label}, {date(moment.time)}"


def _column(row: Row, place: int, count: int, series: Sequence[Series]) -> Column:
    values = (f"{line.name}: {value}" for line, value in zip(series, row.values, strict=True))
    words = ", ".join(filter(None, (*values, row.moment.note)))
    return Column(
        x=_short(WIDTH * place / count),
        width=_short(WIDTH / count),
        href=row.moment.href,
        words=f"{_place(row.moment)}: {words}",
        external=row.moment.external,
        open=row.moment.open,
    )
