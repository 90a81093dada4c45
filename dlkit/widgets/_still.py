"""Pieces of the still pictures: text, boxes, hatching, grey-level images, all as SVG text that repeats to the byte."""

import base64
import struct
import textwrap
import zlib
from html import escape

import numpy as np

from dlkit.svg import INK, LINE, MARK, PAPER, document

__all__ = ["BLUE", "box", "captioned", "count", "cross", "document", "grey_image", "hatching", "text", "thumbnail", "words"]

BLUE = "#0072b2"


def text(x: float, y: float, words: str, *, size: float = 12, anchor: str = "start", bold: bool = False) -> str:
    """Place one line of text, its baseline at ``y``.

    Parameters
    ----------
    x, y : float
        In pixels.
    words : str
        The text.
    size : float
        Of the letters, in pixels.
    anchor : str
        Which end of the text stands at ``x``: "start", "middle" or "end".
    bold : bool
        Whether the letters are heavy.

    Returns
    -------
    str
        A ``<text>`` element.
    """
    weight = ' font-weight="700"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" fill="{INK}"{weight}>{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, *, fill=PAPER, stroke=LINE, thick: float = 1, **more) -> str:
    """Draw a rectangle.

    Parameters
    ----------
    x, y, width, height : float
        In pixels.
    fill, stroke : str
        Colours, or "none".
    thick : float
        Width of the outline, in pixels.
    **more : str or float
        Further attributes, with ``_`` for ``-``.

    Returns
    -------
    str
        A ``<rect>`` element.
    """
    rest = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" stroke="{stroke}" '
        f'stroke-width="{thick:g}"{rest}/>'
    )


def hatching(x: float, y: float, width: float, height: float, *, every: float = 7) -> str:
    """Fill a rectangle with diagonal lines: the mark of padding and of stretched copies.

    Parameters
    ----------
    x, y, width, height, every : float
        The rectangle and the distance between two lines, in pixels.

    Returns
    -------
    str
        A ``<path>`` element.
    """
    lines, d = [], every
    while d < width + height:
        start, end = max(0, d - height), min(d, width)
        lines.append(f"M{x + start:g} {y + d - start:g}L{x + end:g} {y + d - end:g}")
        d += every
    return f'<path d="{"".join(lines)}" stroke="{LINE}" stroke-width="0.8" fill="none"/>'


def cross(x: float, y: float, width: float, height: float) -> str:
    """Cross a rectangle out.

    Parameters
    ----------
    x, y, width, height : float
        In pixels.

    Returns
    -------
    str
        A ``<path>`` element.
    """
    a, b, c, d = x + 3, x + width - 3, y + 3, y + height - 3
    return f'<path d="M{a:g} {c:g}L{b:g} {d:g}M{b:g} {c:g}L{a:g} {d:g}" stroke="{MARK}" stroke-width="2"/>'


def thumbnail(image: np.ndarray, *, side: int = 150) -> np.ndarray:
    """Shrink an image by averaging whole blocks of pixels until no side is longer than ``side``.

    Parameters
    ----------
    image : np.ndarray, shape (H, W)
        Grey levels.
    side : int
        In pixels.

    Returns
    -------
    np.ndarray, shape (ceil(H / k), ceil(W / k))
    """
    k = -(-max(image.shape) // side)
    height, width = (-(-n // k) * k for n in image.shape)
    filled = np.pad(image.astype(np.float64), ((0, height - image.shape[0]), (0, width - image.shape[1])), mode="edge")
    return filled.reshape(height // k, k, width // k, k).mean(axis=(1, 3))


def grey_image(x: float, y: float, width: float, height: float, image: np.ndarray, low: float, high: float) -> str:
    """Embed an image as grey levels, black at ``low`` and white at ``high``.

    The PNG is stored without compression: compressors differ between machines, and the still must not.

    Parameters
    ----------
    x, y, width, height : float
        Where it stands, in pixels.
    image : np.ndarray, shape (H, W)
        Finite values.
    low, high : float
        The values of black and white.

    Returns
    -------
    str
        An ``<image>`` element.
    """
    levels = np.clip((image - low) / ((high - low) or 1) * 255, 0, 255).round().astype(np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in levels)
    stored = b"".join(
        struct.pack("<BHH", start + 65535 >= len(rows), len(block), 65535 - len(block)) + block
        for start in range(0, len(rows), 65535)
        for block in [rows[start : start + 65535]]
    )

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", levels.shape[1], levels.shape[0], 8, 0, 0, 0, 0)
    pixels = b"\x78\x01" + stored + struct.pack(">I", zlib.adler32(rows))
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return (
        f'<image x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" preserveAspectRatio="none" '
        f'href="data:image/png;base64,{base64.b64encode(png).decode("ascii")}"/>'
    )


def captioned(picture: str, lines: list[str], alt: str) -> str:
    """Put lines of text under a picture; pictures nest.

    Parameters
    ----------
    picture : str
        An ``<svg>`` element.
    lines : list of str
    alt : str
        A full sentence that says what the picture shows.

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    width, height = (int(picture.split(f'{side}="', 1)[1].split('"', 1)[0]) for side in ("width", "height"))
    parts = [picture, *(text(18, height + 14 + 18 * k, line, size=13) for k, line in enumerate(lines))]
    return document(max(width, 36 + 7.2 * max(map(len, lines))), height + 18 * len(lines) + 8, parts, alt)


def words(sentence: str) -> str:
    """Draw a picture of nothing but words.

    Parameters
    ----------
    sentence : str

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    lines = textwrap.wrap(sentence, 90)
    parts = [text(16, 26 + 18 * k, line, size=13) for k, line in enumerate(lines)]
    return document(680, 26 + 18 * len(lines), parts, sentence)


def count(n: int, one: str) -> str:
    """Write a number and its noun: 1 cell, 2 cells.

    Parameters
    ----------
    n : int
    one : str
        The noun for one.

    Returns
    -------
    str
    """
    return f"{n} {one}{'' if n == 1 else 's'}"
