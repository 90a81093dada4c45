"""Axes and curves of the still pictures, as SVG text: the counterpart of ``static/plane.js``."""

import math
import textwrap

import numpy as np

from dlkit.svg import INK, LINE, PAPER, number
from dlkit.widgets import _still as still

LEFT, RIGHT, TOP, BOTTOM = 60, 12, 12, 38


class Plane:
    """A frame with two numbered axes; what is drawn in it is cut off at its edges.

    Parameters
    ----------
    x, y : tuple of (float, float)
        Where each axis begins and ends.
    width, height : float
        Of the frame, in pixels.
    labels : tuple of (str, str)
        Under the frame and at its left.
    """

    def __init__(self, x, y, *, width: float, height: float, labels: tuple[str, str]):
        self.x, self.y, self.width, self.height, self.labels = x, y, width, height, labels
        self.inside: list[str] = []

    def at(self, x, y):
        """Give the pixels of a point, counted from the frame's upper left corner."""
        return (
            (np.asarray(x) - self.x[0]) / (self.x[1] - self.x[0]) * self.width,
            (self.y[1] - np.asarray(y)) / (self.y[1] - self.y[0]) * self.height,
        )

    def curve(self, xs, ys, *, stroke=INK, thick: float = 2, dash: str = "", fill: str = "none") -> None:
        """Draw straight lines from point to point."""
        across, down = self.at(xs, ys)
        d = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(across, down, strict=True))
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.inside.append(f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{thick:g}"{dashed}/>')

    def mark(self, x: float, y: float, *, shape: str = "circle", fill=PAPER, stroke=INK, thick: float = 2, size=5) -> None:
        """Draw a circle or a triangle at a point."""
        a, b = (round(float(v), 1) for v in self.at(x, y))
        paint = f'fill="{fill}" stroke="{stroke}" stroke-width="{thick:g}"'
        if shape == "circle":
            self.inside.append(f'<circle cx="{a}" cy="{b}" r="{size:g}" {paint}/>')
        else:
            d = f"M{a:.1f} {b - 1.2 * size:.1f}L{a + 1.1 * size:.1f} {b + 0.8 * size:.1f}H{a - 1.1 * size:.1f}Z"
            self.inside.append(f'<path d="{d}" {paint}/>')

    def draw(self, left: float = 0, top: float = 0) -> list[str]:
        """Give the whole picture's pieces, its outer corner at (left, top)."""
        x0, y0 = left + LEFT, top + TOP
        grid = []
        for tick in ticks(*self.x):
            a = float(self.at(tick, 0)[0])
            grid.append(f'<path d="M{x0 + a:.1f} {y0}v{self.height:g}" stroke="{LINE}" stroke-width="0.5" opacity="0.5"/>')
            grid.append(still.text(round(x0 + a, 1), y0 + self.height + 15, number(tick), size=11, anchor="middle"))
        for tick in ticks(*self.y):
            b = float(self.at(0, tick)[1])
            grid.append(f'<path d="M{x0} {y0 + b:.1f}h{self.width:g}" stroke="{LINE}" stroke-width="0.5" opacity="0.5"/>')
            grid.append(still.text(x0 - 6, round(y0 + b + 4, 1), number(tick), size=11, anchor="end"))
        middle = y0 + self.height / 2
        side = still.text(left + 12, middle, self.labels[1], anchor="middle")
        return [
            *grid,
            f'<svg x="{x0:g}" y="{y0:g}" width="{self.width:g}" height="{self.height:g}" overflow="hidden">',
            *self.inside,
            "</svg>",
            still.box(x0, y0, self.width, self.height, fill="none"),
            still.text(x0 + self.width / 2, y0 + self.height + 32, self.labels[0], anchor="middle"),
            f'<g transform="rotate(-90 {left + 12:g} {middle:g})">{side}</g>',
        ]

    def document(self, sentence: str, key: str) -> str:
        """Give the whole picture with its sentence and the meaning of its marks at the right."""
        left = self.width + LEFT + RIGHT + 14
        lines = [*textwrap.wrap(sentence, 40), "", *textwrap.wrap(key, 40)]
        words = [still.text(left, 30 + 18 * k, line, size=13) for k, line in enumerate(lines) if line]
        height = max(self.height + TOP + BOTTOM, 30 + 18 * len(lines))
        return still.document(left + 290, height, [*self.draw(), *words], sentence)


def ticks(low: float, high: float) -> list[float]:
    """Choose round numbers between two others, four to ten of them.

    Parameters
    ----------
    low, high : float

    Returns
    -------
    list of float
    """
    rough = (high - low) / 8
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(m for m in (1, 2, 5, 10) if m * power >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def segment(w, b: float, low: float, high: float) -> list[tuple[float, float]]:
    """Find the two ends of the line w·x + b = 0 inside a square.

    Parameters
    ----------
    w : sequence of (float, float)
    b : float
    low, high : float
        Where the square begins and ends, on both axes.

    Returns
    -------
    list of (float, float)
        Empty where the line misses the square.
    """
    ends: list[tuple[float, float]] = []
    for side in (low, high):
        found = [(side, (-b - w[0] * side) / w[1])] if w[1] else []
        found += [((-b - w[1] * side) / w[0], side)] if w[0] else []
        for end in found:
            inside = all(low - 1e-9 <= v <= high + 1e-9 for v in end)
            if inside and all(np.hypot(end[0] - x, end[1] - y) > 1e-9 * (high - low) for x, y in ends):
                ends.append(end)
    return ends if len(ends) == 2 else []


def half(w, b: float, low: float, high: float) -> list[tuple[float, float]]:
    """Find the corners of the part of a square where w·x + b is positive.

    Parameters
    ----------
    w : sequence of (float, float)
    b : float
    low, high : float
        Where the square begins and ends, on both axes.

    Returns
    -------
    list of (float, float)
        In their order round the edge.
    """
    corners, kept = [(low, low), (high, low), (high, high), (low, high)], []
    for here, after in zip(corners, corners[1:] + corners[:1], strict=True):
        z, z_after = (w[0] * x + w[1] * y + b for x, y in (here, after))
        if z > 0:
            kept.append(here)
        if (z > 0) != (z_after > 0):
            share = z / (z - z_after)
            kept.append((here[0] + share * (after[0] - here[0]), here[1] + share * (after[1] - here[1])))
    return kept
