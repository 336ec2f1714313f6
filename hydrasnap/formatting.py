"""How times, durations, sizes and numbers are written: the same everywhere, in every locale."""

import codecs
import re
from collections.abc import Sequence
from datetime import UTC, datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_KIB = 1024
_EXACT = 2.0**53  # from here on a float has no digit to show for each of a whole number's
MINUS = "\N{MINUS SIGN}"
_PLAIN = bytes([*b"\t\n\r", *range(0x20, 0x7F)])
_LOGIN = re.compile(
    r"((?:https?|(?<![a-z])(?:[a-z][a-z0-9+.-]*)(?=:/{0,3}[^\s:@/?#\"']*:)):/{0,3}(?:[^\s:@/?#\"']*:)?)"
    r"[^\s@/?#\"']+@",
    re.IGNORECASE,
)
_KEPT = frozenset("\t\n\r\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}")


def clock(seconds: int) -> str:
    """Return a time in UTC to the minute; a number outside the calendar stays a number.

    >>> clock(1795392000)
    '2026-11-23 00:00'
    """
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}".rjust(16, "0")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def date(seconds: int) -> str:
    """Return the date of a time in UTC."""
    return clock(seconds)[:10]


def duration(seconds: int) -> str:
    """Return a span of time with its two greatest units.

    >>> duration(42), duration(3720), duration(200000)
    ('42 s', '1 h 2 min', '2 d 7 h')
    """
    if seconds < 0:
        return f"{MINUS}{duration(-seconds)}"
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return _pair(seconds, _MINUTE, "min", 1, "s")
    if seconds < _DAY:
        return _pair(seconds, _HOUR, "h", _MINUTE, "min")
    return _pair(seconds, _DAY, "d", _HOUR, "h")


def _pair(seconds: int, large: int, large_unit: str, small: int, small_unit: str) -> str:
    whole, rest = divmod(seconds, large)
    part = rest // small
    return f"{whole:,} {large_unit} {part} {small_unit}" if part else f"{whole:,} {large_unit}"


def size(amount: int) -> str:
    """Return a size in bytes with a binary unit and three digits.

    >>> size(999), size(12582912)
    ('999 B', '12.0 MiB')
    """
    if abs(amount) < _KIB:
        return f"{amount} B"
    value = float(amount)
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        value /= _KIB
        if abs(value) < 1000 or unit == "TiB":  # noqa: PLR2004 - four digits look crowded
            break
    return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:.1f} {unit}"  # noqa: PLR2004


def number(amount: float) -> str:
    """Return a number with separators between thousands, the same in every locale.

    >>> number(252676), number(1e-07), number(3.5), number(1e300)
    ('252,676', '1e-07', '3.5', '1e+300')
    """
    if isinstance(amount, float) and abs(amount) >= _EXACT:
        return f"{amount:.6g}"
    if isinstance(amount, int) or amount.is_integer():
        return f"{int(amount):,}"
    return f"{amount:,.6g}" if abs(amount) >= 1 else f"{amount:.6g}"


def plural(amount: int, one: str) -> str:
    """Return an amount with its noun.

    >>> plural(1, "build"), plural(2000, "build")
    ('1 build', '2,000 builds')
    """
    return f"{amount:,} {one if amount == 1 else one + 's'}"


def listed(words: Sequence[str]) -> str:
    """Join words to a phrase.

    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', '')
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def visible(text: str) -> str:
    """Replace control, override, zero-width and broken characters by their code points.

    >>> visible("a\\u202eb")
    'a⟨U+202E⟩b'
    """
    if text.isprintable():
        return text
    hidden = (ord(c) for c in set(text) if not c.isprintable() and c not in _KEPT)
    return text.translate({code: f"⟨U+{code:04X}⟩" for code in hidden})


def visible_name(name: str) -> str:
    """Return a name that can be seen: one of blanks alone is spelled by its code points.

    >>> visible_name(" "), visible_name("a b")
    ('⟨U+0020⟩', 'a b')
    """
    return "".join(f"⟨U+{ord(c):04X}⟩" for c in name) if name.isspace() else name


def mask_logins(text: str) -> str:
    """Mask the password in each address of a text.

    A name without a password is masked too in addresses of the web, where it may be a token.

    >>> mask_logins("see https://me:s3cret@example.org/x and https://t0ken@example.org")
    'see https://me:***@example.org/x and https://***@example.org'
    """
    return _LOGIN.sub(r"\1***@", text) if "@" in text else text


def is_utf8(text: str) -> bool:
    """Return whether a text of the command line or the environment was UTF-8 there."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def decoded(content: bytes) -> str:
    """Decode a text file: UTF-8, or UTF-16 where its byte order mark says so."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


def visible_bytes(text: str) -> bytes:
    """Encode a long text as `visible` shows it; fast where nothing has to be replaced."""
    content = text.encode("utf-8", "surrogatepass")
    special = content.translate(None, _PLAIN).decode("utf-8", "surrogatepass")
    return content if visible(special) == special else visible(text).encode()
