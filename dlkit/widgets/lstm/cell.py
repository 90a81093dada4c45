"""The drawn cell: where its boxes stand, and its still picture. ``static/lstm_cell.js`` draws the same."""

from typing import NamedTuple

import numpy as np

from dlkit.svg import INK, LINE, PAPER
from dlkit.widgets import _still as still

SHUT = 0.05  # a gate below this is drawn as a broken line
SIZE = (770, 292)
_WIDE, _HIGH, _RADIUS = 100, 44, 16
BOXES = {  # key: (name, middle)
    "before": ("C before", (62, 60)),
    "f": ("forget f", (200, 172)),
    "i": ("input i", (300, 212)),
    "g": ("candidate C̃", (430, 212)),
    "c": ("C", (486, 60)),
    "shown": ("tanh(C)", (602, 122)),
    "o": ("output o", (712, 190)),
    "h": ("h", (602, 262)),
}
CIRCLES = {"keep": ("×", (200, 60)), "write": ("×", (360, 132)), "add": ("+", (360, 60)), "show": ("×", (602, 190))}
EDGES = (  # from, to, and the gate that decides how much flows
    ((112, 60), (184, 60), ""),
    ((200, 150), (200, 76), "f"),
    ((216, 60), (344, 60), "f"),
    ((316, 190), (349, 144), "i"),
    ((408, 190), (371, 144), ""),
    ((360, 116), (360, 76), "i"),
    ((376, 60), (436, 60), ""),
    ((536, 60), (760, 60), ""),
    ((602, 60), (602, 100), ""),
    ((602, 144), (602, 174), ""),
    ((662, 190), (618, 190), "o"),
    ((602, 206), (602, 240), "o"),
)
LABELS = {"kept": (280, 47), "written": (370, 100)}  # where f·C and i·C̃ are written
NOTE = ("to the next step", (655, 47))
LAYOUT = {
    "size": SIZE, "boxes": [[key, name, *at] for key, (name, at) in BOXES.items()],
    "circles": [[sign, *at] for sign, at in CIRCLES.values()], "edges": [[*a, *b, gate] for a, b, gate in EDGES],
    "labels": [[key, *at] for key, at in LABELS.items()], "note": [NOTE[0], *NOTE[1]],
}  # fmt: skip


class Step(NamedTuple):
    """The numbers of one step: the cell before, the gates, the candidate, the cell after and what is shown."""

    before: float
    f: float
    i: float
    g: float
    o: float
    c: float
    h: float

    @classmethod
    def of(cls, before: float, f: float, i: float, g: float, o: float) -> "Step":
        """Take the step."""
        c = f * before + i * g
        return cls(before, f, i, g, o, c, o * float(np.tanh(c)))


def two(value: float) -> str:
    """Write a number with two decimals."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def factor(value: float) -> str:
    """Write a number that is multiplied: in brackets when it is negative."""
    return f"({two(value)})" if two(value).startswith("−") else two(value)


def written(step: Step) -> str:
    """Write both formulas with their numbers."""
    return (
        f"C = f·C before + i·C̃ = {two(step.f)}·{factor(step.before)} + {two(step.i)}·{factor(step.g)} = {two(step.c)}; "
        f"h = o·tanh(C) = {two(step.o)}·{factor(float(np.tanh(step.c)))} = {two(step.h)}."
    )


def drawing(step: Step) -> list[str]:
    """Draw the cell with its numbers.

    Parameters
    ----------
    step : Step

    Returns
    -------
    list of str
        SVG elements.
    """
    values = {**step._asdict(), "shown": float(np.tanh(step.c))}
    parts = []
    for (x1, y1), (x2, y2), gate in EDGES:
        share = abs(values[gate]) if gate else 0.3
        dash = ' stroke-dasharray="3 5"' if gate and share < SHUT else ""
        thick, colour = 1.5 + 4.5 * share if gate else 2, still.BLUE if gate else LINE
        long = np.hypot(x2 - x1, y2 - y1)
        end = f"{x2 - 8 * (x2 - x1) / long:.1f} {y2 - 8 * (y2 - y1) / long:.1f}"  # inside the arrowhead
        parts.append(f'<path d="M{x1} {y1}L{end}" stroke="{colour}" stroke-width="{thick:.2f}"{dash}/>')
        parts.append(arrowhead((x1, y1), (x2, y2), colour))
    for sign, (x, y) in CIRCLES.values():
        parts.append(f'<circle cx="{x}" cy="{y}" r="{_RADIUS}" fill="{PAPER}" stroke="{INK}" stroke-width="1.5"/>')
        parts.append(still.text(x, y + 6, sign, size=18, anchor="middle"))
    for key, (name, (x, y)) in BOXES.items():
        rounded = {"rx": 14} if key in "fio" else {"rx": 3}
        parts.append(still.box(x - _WIDE / 2, y - _HIGH / 2, _WIDE, _HIGH, stroke=INK, thick=1.5, **rounded))
        parts.append(still.text(x, y - 5, name, size=12, anchor="middle"))
        parts.append(still.text(x, y + 14, two(values[key]), size=15, anchor="middle", bold=True))
    for key, text in labels(step).items():
        parts.append(still.text(*LABELS[key], text, size=13, anchor="middle" if key == "kept" else "start"))
    parts.append(still.text(*NOTE[1], NOTE[0], size=12, anchor="middle"))
    return parts


def labels(step: Step) -> dict[str, str]:
    """What is written beside the two flows into the sum."""
    return {"kept": f"f·C = {two(step.f * step.before)}", "written": f"i·C̃ = {two(step.i * step.g)}"}


def arrowhead(start, end, colour: str) -> str:
    """A triangle at the end of a line."""
    a, b = np.array(start, float), np.array(end, float)
    along = (b - a) / np.hypot(*(b - a))
    sides = [b - 10 * along + side * 5.5 * np.array([-along[1], along[0]]) for side in (1, -1)]
    corners = "L".join(f"{x:.1f} {y:.1f}" for x, y in (b, *sides))
    return f'<path d="M{corners}z" fill="{colour}"/>'
