"""Reads the body of an answer, within limits on its size as sent and unpacked."""

import zlib
from collections.abc import Callable, Iterable, Iterator

import httpx

from hydrasnap.errors import NotAHydraError

ACCEPTED_ENCODINGS = b"gzip"
_MOST_LAYERS = 2
_PIECE = 1 << 20
_AUTOMATIC = 32 + zlib.MAX_WBITS  # zlib tells gzip and deflate apart by their first bytes
_USUAL = 64 * 1024 * 1024
_MOST_RATIO = 200  # JSON packs to a tenth or a twentieth; a thousandth is made to do harm


async def read_body(
    answer: httpx.Response, *, most_bytes: int, received: Callable[[int], None]
) -> bytes:
    """Read the body of a streamed answer, unpacked.

    `most_bytes` bounds what it unpacks to; `received` is called with the size of each
    piece as sent, and may raise to end the reading.
    """
    where = answer.request.url
    layers = [_Layer() for _ in _packings(answer)]
    body, sent = bytearray(), 0
    async for chunk in answer.aiter_raw():
        sent += len(chunk)
        received(len(chunk))
        most = min(most_bytes, max(_USUAL, sent * _MOST_RATIO)) if layers else most_bytes
        try:
            for piece in _unpack(layers, chunk):
                body += piece
                if len(body) > most:
                    raise NotAHydraError(f"{where} sends more than {most} bytes.")
        except zlib.error as error:
            raise httpx.DecodingError(f"the answer cannot be unpacked: {error}") from None
    if any(layer.is_open for layer in layers):
        raise httpx.DecodingError("the packed answer breaks off")
    return bytes(body)


def _packings(answer: httpx.Response) -> list[str]:
    """Return the layers of compression, the outermost first."""
    named = str(answer.headers.get("Content-Encoding", "")).lower().split(",")
    found = [name.strip() for name in named if name.strip() not in ("", "identity")]
    if len(found) > _MOST_LAYERS or not {"gzip", "x-gzip", "deflate"}.issuperset(found):
        raise NotAHydraError(
            f"{answer.request.url} is packed as {', '.join(found)[:80]}, which was not asked for."
        )
    return found[::-1]


class _Layer:
    """One layer of compression, unpacked piece by piece, so that memory stays bounded."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(_AUTOMATIC)
        self._begun = False

    @property
    def is_open(self) -> bool:
        """Whether more was announced than came."""
        return self._begun and not self._decoder.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what a piece unpacks to, a mebibyte at a time."""
        while data:
            if self._decoder.eof:  # gzip allows one member after the other
                self._decoder = zlib.decompressobj(_AUTOMATIC)
            self._begun = True
            out = self._decoder.decompress(data, _PIECE)
            data = self._decoder.unconsumed_tail or self._decoder.unused_data
            if out:
                yield out
            while len(out) == _PIECE and not data:
                out = self._decoder.decompress(b"", _PIECE)
                if out:
                    yield out


def _unpack(layers: list[_Layer], data: bytes) -> Iterable[bytes]:
    """Yield what a piece of the body unpacks to through all layers."""
    if not layers:
        yield data
        return
    for piece in layers[0].feed(data):
        yield from _unpack(layers[1:], piece)
