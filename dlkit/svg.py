"""Small pictures of matrices as SVG text: verdicts and the static face of the widgets are drawn with it.

SVG is text: it repeats to the byte, nbval compares it, and it needs neither matplotlib nor a running kernel.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import numpy as np

INK, PAPER, LINE = "#1b1f24", "#ffffff", "#8c959f"
MARK = "#d55e00"  # vermilion of the Okabe–Ito palette; always with a thicker frame, never colour alone
_LOW, _HIGH = np.array([0, 114, 178]), np.array([230, 159, 0])  # blue for negative, orange for positive


@dataclass(frozen=True)
class Panel:
    """One matrix of a picture.

    Attributes
    ----------
    title : str
        Stands above the matrix.
    values : np.ndarray, shape (H, W)
        What is drawn.
    marked : tuple of (int, int)
        Cells with a heavy frame.
    limit : float or None
        The value of the full colour; ``None`` takes the largest absolute value.
    """

    title: str
    values: np.ndarray
    marked: Iterable[tuple[int, int]] = ()
    limit: float | None = None


def number(value: float) -> str:
    """Write a number in at most about five characters: whole numbers whole, others with two significant decimals."""
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else ("∞" if value > 0 else "−∞")
    if value == round(value) and abs(value) < 1e5:
        text = str(round(value))
    elif abs(value) >= 1e4 or (value != 0 and abs(value) < 0.005):
        text = f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-")
    else:
        text = f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"
    return text.replace("-", "−")


def document(width: float, height: float, parts: list[str], alt: str) -> str:
    """Wrap pieces into a picture with a light ground of its own, readable in dark themes.

    Parameters
    ----------
    width, height : float
        In pixels.
    parts : list of str
        SVG elements, back to front.
    alt : str
        A full sentence that says what the picture shows.

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    width, height = round(width), round(height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(alt, quote=True)}" font-family="sans-serif" font-size="12" fill="{INK}" style="max-width:100%">'
        f'<title>{escape(alt)}</title><rect width="{width}" height="{height}" rx="6" fill="{PAPER}"/>{"".join(parts)}</svg>'
    )


def matrices(panels: list[Panel], alt: str) -> str:
    """Draw matrices side by side, each cell shaded by its value and, where there is room, with its number.

    Parameters
    ----------
    panels : list of Panel
        From left to right. Matrices up to 12 cells wide carry numbers.
    alt : str
        A full sentence that says what the picture shows.

    Returns
    -------
    str
        An ``<svg>`` element with a light ground of its own, readable in dark themes.
    """
    gap, top = 18, 26
    parts, x, height = [], gap, 0
    for panel in panels:
        values = np.atleast_2d(np.asarray(panel.values, dtype=float))
        rows, columns = values.shape
        numbers = columns <= 12 and rows <= 12
        cell = 38 if numbers else max(4, 240 // max(rows, columns))
        finite = np.abs(values[np.isfinite(values)])
        limit = panel.limit or (finite.max() if finite.size else 0) or 1.0
        marked = set(panel.marked)
        parts.append(f'<text x="{x}" y="18" font-weight="600">{escape(panel.title)}</text>')
        for (i, j), value in np.ndenumerate(values):
            left, upper = x + j * cell, top + i * cell
            parts.append(
                f'<rect x="{left}" y="{upper}" width="{cell}" height="{cell}" fill="{_shade(value, limit)}" '
                f'stroke="{LINE}" stroke-width="0.5"/>'
            )
            if numbers:
                middle = f'x="{left + cell / 2:g}" y="{upper + cell / 2 + 4:g}" text-anchor="middle"'
                parts.append(f"<text {middle}>{number(value)}</text>")
        parts += [
            f'<rect x="{x + j * cell}" y="{top + i * cell}" width="{cell}" height="{cell}" fill="none" '
            f'stroke="{MARK}" stroke-width="3"/>'
            for i, j in sorted(marked)
        ]
        x += max(columns * cell, 8 * len(panel.title)) + gap
        height = max(height, top + rows * cell + 12)
    return document(x, height, parts, alt)


def _shade(value: float, limit: float) -> str:
    if not np.isfinite(value):
        return "#c9c9c9"
    share = min(abs(value) / limit, 1.0) * 0.75  # never so dark that the number on it is lost
    red, green, blue = (255 + ((_HIGH if value > 0 else _LOW) - 255) * share).round().astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"
