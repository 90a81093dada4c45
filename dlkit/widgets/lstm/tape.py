"""A cell with weights set by hand that reads a tape of symbols."""

import re
import textwrap

import numpy as np
import traitlets

from dlkit.numpy_ops.lstm import lstm_cell_forward
from dlkit.svg import LINE, MARK, PAPER
from dlkit.widgets import _still as still
from dlkit.widgets.base import LivePicture, javascript
from dlkit.widgets.lstm.cell import LAYOUT, SIZE, Step, drawing, two, written

MOST = 16
_TAPE = re.compile(rf"[0-9.?\-]{{1,{MOST}}}")
ROWS = ("i", "f", "o", "g", "c", "h")
_LEFT, _CELL, _ROW = 74, 42, 28


class MemoryTape(LivePicture):
    """An LSTM of one cell reads symbols: a digit writes a tenth of itself, a dot holds, ? reads, - wipes.

    Its weights are set by hand, the same at each step. ``strength`` is how far the gates open and shut: at 10 all the way.

    Parameters
    ----------
    text : str
        Up to 16 of the symbols 0 to 9, ``.``, ``?`` and ``-``.
    strength : float
        From 0.5 to 10.
    adds : bool
        Whether a digit is added to what is in the cell, rather than written over it.
    step : int
        How many symbols have been read at first.

    Raises
    ------
    ValueError
        For a tape with other symbols, or a strength out of range.

    Notes
    -----
    Lesson: 14 lstm.
    """

    _esm = javascript("decimals", "lstm_cell", "memory_tape")
    _layout = traitlets.Dict(LAYOUT).tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    strength = traitlets.Float(min=0.5, max=10).tag(sync=True)
    adds = traitlets.Bool().tag(sync=True)
    step = traitlets.Int(0, min=0, max=MOST).tag(sync=True)

    def __init__(self, text: str = "7....?", *, strength: float = 10, adds: bool = False, step: int = 0):
        if not _TAPE.fullmatch(text):
            raise ValueError(f"MemoryTape: the tape is {text!r}; give 1 to {MOST} of the symbols 0 to 9, '.', '?' and '-'")
        if not 0.5 <= strength <= 10:
            raise ValueError(f"MemoryTape: strength is {strength}; give a number from 0.5 to 10")
        super().__init__(text=text, strength=float(strength), adds=bool(adds), step=step)

    def weights(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give the weights in the order i, f, candidate, o; the inputs are value, write, read, wipe.

        Returns
        -------
        u : np.ndarray, shape (4, 4)
        v : np.ndarray, shape (4, 1)
            All zero: no gate looks at h.
        b : np.ndarray, shape (4,)
        """
        s = self.strength
        u = np.array([[0, 2 * s, 0, 0], [0, 0 if self.adds else -2 * s, 0, -2 * s], [1, 0, 0, 0], [0, 0, 2 * s, 0]])
        return u, np.zeros((4, 1)), np.array([-s, s, 0.0, -s])

    def inputs(self) -> np.ndarray:
        """Turn the symbols into inputs: value, write, read, wipe. The value is such that the candidate is digit / 10.

        Returns
        -------
        np.ndarray, shape (T, 4)
        """
        rows = [[np.arctanh(int(s) / 10), 1, 0, 0] if s.isdigit() else [0, 0, s == "?", s == "-"] for s in self.text]
        return np.array(rows, dtype=float)

    def steps(self) -> list[Step]:
        """Read the whole tape.

        Returns
        -------
        list of Step
        """
        u, v, b = self.weights()
        h, c, found = np.zeros((1, 1)), np.zeros((1, 1)), []
        for x in self.inputs():
            before = c
            (h, c), _ = lstm_cell_forward(x[None], h, c, u, v, b)
            z = u @ x + b
            i, f, o = 1 / (1 + np.exp(-z[[0, 1, 3]]))
            found.append(Step(before.item(), f.item(), i.item(), float(np.tanh(z[2])), o.item(), c.item(), h.item()))
        return found

    def sentence(self) -> str:
        """Say what the present step does.

        Returns
        -------
        str
        """
        at = min(self.step, len(self.text))
        if at == 0:
            return f"Start. The tape is {self.text} and the cell is empty. Nothing is read yet."
        symbol, step = self.text[at - 1], self.steps()[at - 1]
        digit = "add" if self.adds else "write"
        does = {".": "hold", "?": "read", "-": "wipe"}.get(symbol, digit)
        return f"Step {at} of {len(self.text)}, symbol {symbol}, {does}: {written(step)}"

    def still(self) -> str:
        """Draw the cell at the present step, and the tape with all numbers so far.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        at, steps = min(self.step, len(self.text)), self.steps()
        parts = drawing(steps[at - 1] if at else _NOTHING)
        top, high = SIZE[1] + 8, (1 + len(ROWS)) * _ROW
        for row, name in enumerate(("symbol", *ROWS)):
            y = top + row * _ROW
            parts.append(still.text(16, y + 18, {"g": "C̃", "c": "C"}.get(name, name), size=13))
            for t, symbol in enumerate(self.text):
                value = 0.0 if name == "symbol" or t >= at else getattr(steps[t], name)
                x = _LEFT + t * _CELL
                parts.append(still.box(x, y, _CELL, _ROW, fill=PAPER, stroke=LINE))
                if value:
                    shade = {"fill": _SHADES[value < 0], "fill_opacity": f"{min(abs(value), 1) * 0.5:.2f}"}
                    parts.append(still.box(x, y, _CELL, _ROW, stroke="none", **shade))
                shown = symbol if name == "symbol" else two(value) if t < at else ""
                parts.append(still.text(x + _CELL / 2, y + 18, shown, size=12.5, anchor="middle", bold=name == "symbol"))
        if at:
            parts.append(still.box(_LEFT + (at - 1) * _CELL, top, _CELL, high, fill="none", stroke=MARK, thick=3))
        bottom = top + high + 22
        lines = textwrap.wrap(self.sentence(), SIZE[0] // 7)
        parts += [still.text(16, bottom + 18 * k, line, size=13, anchor="start") for k, line in enumerate(lines)]
        return still.document(SIZE[0], bottom + 18 * len(lines), parts, self.sentence())


_NOTHING = Step(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
_SHADES = ("#e69f00", "#0072b2")
