"""Small pictures: a screenshot with the 256 colours that occur most in it, so that the guide weighs little."""

import struct
import zlib

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256


def smaller(png: bytes) -> bytes:
    """``png``, as the browser makes it (eight bits a channel, not interlaced), with a palette."""
    pixels = _pixels(png)
    height, width, _ = pixels.shape
    packed = pixels.astype(np.uint32) @ np.array([65_536, 256, 1], np.uint32)
    found, where, counts = np.unique(packed, return_inverse=True, return_counts=True)
    kept = found[np.argsort(-counts, kind="stable")[:COLOURS]]
    nearest = np.abs(_channels(found)[:, None] - _channels(kept)[None]).sum(axis=2).argmin(axis=1).astype(np.uint8)
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = nearest[where].reshape(height, width)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [(b"IHDR", header), (b"PLTE", _channels(kept).astype(np.uint8).tobytes())]
    parts += [(b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b"")]
    return SIGNATURE + b"".join(_chunk(name, data) for name, data in parts)


def _channels(packed: npt.NDArray[np.uint32]) -> npt.NDArray[np.int16]:
    return np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1).astype(np.int16)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _pixels(png: bytes) -> Bytes:
    """Rows of pixels of red, green and blue. Source: PNG specification (third edition), 9.2."""
    at, data, header = len(SIGNATURE), b"", b""
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        part = png[at + 8 : at + 8 + length]
        header = part if name == b"IHDR" else header
        data += part if name == b"IDAT" else b""
        at += length + 12
    width, height, _depth, kind = struct.unpack(">IIBB", header[:10])
    channels = {2: 3, 6: 4}[kind]
    lines = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, 1 + width * channels)
    pixels = np.zeros((height, width, channels), np.uint8)
    above = np.zeros((width, channels), np.uint8)
    for line, row in zip(lines, pixels, strict=True):
        row[:] = above = _unfiltered(line[0], line[1:].reshape(width, channels), above)
    return pixels[:, :, :3]


def _unfiltered(kind: int, line: Bytes, above: Bytes) -> Bytes:
    match kind:
        case 0:
            return line
        case 1:
            return np.cumsum(line, axis=0, dtype=np.uint8)
        case 2:
            return line + above
    made = np.zeros_like(line)
    left = corner = np.zeros(line.shape[1], np.int16)
    for at, (given, up) in enumerate(zip(line, above.astype(np.int16), strict=True)):
        made[at] = (given + ((left + up) // 2 if kind == 3 else _paeth(left, up, corner))) & 255
        left, corner = made[at].astype(np.int16), up
    return made


def _paeth(
    left: npt.NDArray[np.int16], up: npt.NDArray[np.int16], corner: npt.NDArray[np.int16]
) -> npt.NDArray[np.int16]:
    guess = left + up - corner
    by_left, by_up, by_corner = np.abs(guess - left), np.abs(guess - up), np.abs(guess - corner)
    return np.where((by_left <= by_up) & (by_left <= by_corner), left, np.where(by_up <= by_corner, up, corner))
