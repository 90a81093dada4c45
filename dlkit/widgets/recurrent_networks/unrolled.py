"""A recurrent network of one number, unrolled: forward through time, then back."""

import math
import textwrap
from typing import NamedTuple

import traitlets

from dlkit.svg import LINE, MARK
from dlkit.widgets import _still as still
from dlkit.widgets._decimals import decimal
from dlkit.widgets.base import LivePicture, javascript

_LARGEST, _MOST = 100.0, 4
_LEFT, _APART, _WIDE, _HIGH = 82, 186, 132, 46
_ROWS = {"o": 40, "h": 140, "x": 240}  # the middle of each row of boxes
_HEIGHT = 272


def _factor(value: float) -> str:
    return f"({decimal(value)})" if value < 0 else decimal(value)


class Moment(NamedTuple):
    """One step of the picture.

    Attributes
    ----------
    kind : str
        "state", "output", "output back" or "state back".
    t : int
        The step of time, from 1.
    """

    kind: str
    t: int


class UnrolledStepper(LivePicture):
    """A recurrent network with a state of one number, unrolled: step forward through time, then back through time.

    h_t = tanh(U·x_t + V·h_{t−1} + b), o_t = W·h_t + c, and where there is a loss L_t = ½(o_t − y_t)². Arrow keys step, Home
    and End jump, Play runs it; every number can be changed at any step.

    Parameters
    ----------
    x : sequence of float
        One to four inputs.
    y : sequence of float, optional
        As many targets; zeros by default.
    U, V, b, W, c, h0 : float
        Weights, offsets and the first state.
    loss : str
        "last": only after the last step. "every": at every step.
    step : int
        Where to stand at first: 0 is the beginning.

    Attributes
    ----------
    numbers : dict of str to float
        x1, x2, …, y1, y2, …, U, V, b, W, c and h0; follows the browser and can be set.

    Raises
    ------
    ValueError
        For no input or more than four, another count of targets, another loss, or a number that is not from −100 to 100.

    Notes
    -----
    Lesson: 13 recurrent_networks.
    """

    _esm = javascript("decimals", "unrolled_stepper")
    length = traitlets.Int().tag(sync=True)
    loss = traitlets.Enum(("last", "every")).tag(sync=True)
    numbers = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(self, x=(1, 0, 0), y=None, *, U=1.0, V=0.5, b=0.0, W=1.0, c=0.0, h0=0.0, loss="last", step: int = 0):
        y = [0.0] * len(x) if y is None else y
        if not 1 <= len(x) <= _MOST or len(y) != len(x):
            raise ValueError(f"UnrolledStepper: {len(x)} inputs and {len(y)} targets; give one to {_MOST} and as many targets")
        if loss not in ("last", "every"):
            raise ValueError(f'UnrolledStepper: loss is {loss!r}; give "last" or "every"')
        numbers = {f"x{t + 1}": float(v) for t, v in enumerate(x)} | {f"y{t + 1}": float(v) for t, v in enumerate(y)}
        numbers |= {"U": float(U), "V": float(V), "b": float(b), "W": float(W), "c": float(c), "h0": float(h0)}
        super().__init__(length=len(x), loss=loss, numbers=numbers, step=step)

    @traitlets.validate("numbers")
    def _checked(self, proposal):
        for name, value in proposal["value"].items():
            if not abs(value) <= _LARGEST:
                raise ValueError(f"UnrolledStepper: {name} is {value}; give a number from −100 to 100")
        return proposal["value"]

    def moments(self) -> list[Moment]:
        """List what is done, in order: forward through time, then back.

        Returns
        -------
        list of Moment
        """
        forward, back = [], []
        for t in range(1, self.length + 1):
            forward += [Moment("state", t), Moment("output", t)] if self._judged(t) else [Moment("state", t)]
        for t in range(self.length, 0, -1):
            back += [Moment("output back", t), Moment("state back", t)] if self._judged(t) else [Moment("state back", t)]
        return forward + back

    @property
    def last_step(self) -> int:
        """How many steps there are."""
        return len(self.moments())

    def values(self) -> dict[str, float]:
        """Compute all states, outputs and losses, forward.

        Returns
        -------
        dict of str to float
            h1, h2, …, and o and L with their number where there is a loss.
        """
        n, values = self.numbers, {"h0": self.numbers["h0"]}
        for t in range(1, self.length + 1):
            values[f"h{t}"] = math.tanh(n["U"] * n[f"x{t}"] + n["V"] * values[f"h{t - 1}"] + n["b"])
            if self._judged(t):
                values[f"o{t}"] = n["W"] * values[f"h{t}"] + n["c"]
                values[f"L{t}"] = 0.5 * (values[f"o{t}"] - n[f"y{t}"]) ** 2
        return values

    def gradients(self, steps: int | None = None) -> dict[str, float]:
        """Go back through time.

        Parameters
        ----------
        steps : int, optional
            How many of the steps of the picture are done; all of them by default.

        Returns
        -------
        dict of str to float
            Of the sum of all losses with respect to o, h and z of each step that was reached, and to U, V, b, W and c so far.
        """
        n, values, found = self.numbers, self.values(), {}
        total = dict.fromkeys("UVbWc", 0.0)
        for kind, t in self.moments()[:steps]:
            if kind == "output back":
                do = found[f"o{t}"] = values[f"o{t}"] - n[f"y{t}"]
                total["W"] += do * values[f"h{t}"]
                total["c"] += do
            elif kind == "state back":
                above = n["W"] * found[f"o{t}"] if self._judged(t) else 0.0
                later = n["V"] * found[f"z{t + 1}"] if t < self.length else 0.0
                found[f"h{t}"] = above + later
                dz = found[f"z{t}"] = found[f"h{t}"] * (1 - values[f"h{t}"] ** 2)
                total["U"] += dz * n[f"x{t}"]
                total["V"] += dz * values[f"h{t - 1}"]
                total["b"] += dz
                if t == 1:
                    found["h0"] = n["V"] * dz
        return found | total

    def sentence(self) -> str:
        """Say the present step in words.

        Returns
        -------
        str
        """
        step, n, values = min(self.step, self.last_step), self.numbers, self.values()
        if step == 0:
            given = ", ".join(f"{name} = {decimal(n[name])}" for name in self._given())
            return f"Start. Given are {given}. Nothing is computed yet."
        kind, t = self.moments()[step - 1]
        where, g = f"Step {step} of {self.last_step}", self.gradients(step)
        h, before = values[f"h{t}"], values[f"h{t - 1}"]
        if kind == "state":
            return (
                f"{where}, forward, time {t}: h{t} = tanh(U·x{t} + V·h{t - 1} + b) = "
                f"tanh({_factor(n['U'])}·{_factor(n[f'x{t}'])} "
                f"+ {_factor(n['V'])}·{_factor(before)} + {_factor(n['b'])}) = {decimal(h)}."
            )
        if kind == "output":
            o, y = values[f"o{t}"], n[f"y{t}"]
            return (
                f"{where}, forward, time {t}: o{t} = W·h{t} + c = {_factor(n['W'])}·{_factor(h)} + {_factor(n['c'])} = "
                f"{decimal(o)}, and L{t} = ½·({decimal(o)} − {_factor(y)})² = {decimal(values[f'L{t}'])}."
            )
        if kind == "output back":
            do = g[f"o{t}"]
            return (
                f"{where}, back, time {t}: do{t} = o{t} − y{t} = {decimal(do)}. It gives do{t}·h{t} = {decimal(do * h)} to "
                f"dW and "
                f"{decimal(do)} to dc."
            )
        dh, dz, sources = g[f"h{t}"], g[f"z{t}"], []
        if self._judged(t):
            sources.append(f"W·do{t} = {decimal(n['W'] * g[f'o{t}'])} from the output")
        if t < self.length:
            sources.append(f"V·dz{t + 1} = {decimal(n['V'] * g[f'z{t + 1}'])} from time {t + 1}")
        end = f" What is left for h0 is V·dz1 = {decimal(g['h0'])}." if t == 1 else ""
        return (
            f"{where}, back, time {t}: dh{t} = {' plus '.join(sources)}{f' = {decimal(dh)}' if len(sources) > 1 else ''}. "
            f"Times "
            f"the slope 1 − h{t}² = {decimal(1 - h * h)} that is dz{t} = {decimal(dz)}. It gives dz{t}·x{t} = "
            f"{decimal(dz * n[f'x{t}'])} to dU, dz{t}·h{t - 1} = {decimal(dz * before)} to dV and {decimal(dz)} to db.{end}"
        )

    def still(self) -> str:
        """Draw the unrolled network with what is known at the present step.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        step, n, values = min(self.step, self.last_step), self.numbers, self.values()
        done = self.moments()[:step]
        now = done[-1] if done else None
        known = {f"h{t}" for kind, t in done if kind == "state"} | {f"o{t}" for kind, t in done if kind == "output"} | {"h0"}
        slopes, parts = self.gradients(step), []
        for t in range(1, self.length + 1):
            x, here = _LEFT + t * _APART, now is not None and now.t == t
            back, state = here and "back" in now.kind, here and "state" in now.kind
            lines = [((x - _APART, _ROWS["h"]), (x, _ROWS["h"]), state), ((x, _ROWS["x"]), (x, _ROWS["h"]), state)]
            if self._judged(t):
                lines.append(((x, _ROWS["h"]), (x, _ROWS["o"]), here and not state))
            parts += [_line(a, b, active, back=back) for a, b, active in lines]
        for t in range(self.length + 1):
            rows = ["h"] if t == 0 else ["x", "h", "o"] if self._judged(t) else ["x", "h"]
            for row in rows:
                name, x, y = f"{row}{t}", _LEFT + t * _APART, _ROWS[row]
                lit = now is not None and now.t == t and now.kind.startswith({"h": "state", "o": "output"}.get(row, "-"))
                frame = {"stroke": MARK, "thick": 3} if lit else {}
                parts.append(still.box(x - _WIDE / 2, y - _HIGH / 2, _WIDE, _HIGH, rx=3 if row == "x" else 14, **frame))
                value = n[name] if row == "x" else values[name]
                shown = f"{name} = {decimal(value)}" if row == "x" or name in known else name
                slope = f"d{name} = {decimal(slopes[name])}" if name in slopes else ""
                parts.append(still.text(x, y - 4 if slope else y + 5, shown, anchor="middle", bold=True))
                if slope:
                    parts.append(still.text(x, y + 15, slope, anchor="middle"))
        width = _LEFT + self.length * _APART + _LEFT
        sums = "So far: " + ", ".join(f"d{name} = {decimal(slopes[name])}" for name in "UVbWc")
        words = [*textwrap.wrap(self.sentence(), max(60, width // 7)), sums]
        parts += [still.text(16, _HEIGHT + 22 + 18 * k, line, size=13) for k, line in enumerate(words)]
        return still.document(max(width, 452), _HEIGHT + 18 * len(words) + 16, parts, self.sentence())

    def _judged(self, t: int) -> bool:
        return self.loss == "every" or t == self.length

    def _given(self) -> list[str]:
        times = range(1, self.length + 1)
        targets = [f"y{t}" for t in times if self._judged(t)]
        return [*(f"x{t}" for t in times), *targets, "U", "V", "b", "W", "c", "h0"]


def _line(start: tuple[int, int], end: tuple[int, int], active: bool, *, back: bool) -> str:
    """A line between two boxes; the active one is heavy and has an arrowhead in the direction of travel."""
    (x1, y1), (x2, y2) = start, end
    line = f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{MARK if active else LINE}" stroke-width="{3 if active else 1.3}"/>'
    if not active:
        return line
    (ax, ay), (bx, by) = (end, start) if back else (start, end)
    ux, uy = (bx > ax) - (bx < ax), (by > ay) - (by < ay)
    tip = ((ax + bx) / 2 + 7 * ux, (ay + by) / 2 + 7 * uy)
    sides = [(tip[0] - 13 * ux - side * 7 * uy, tip[1] - 13 * uy + side * 7 * ux) for side in (1, -1)]
    corners = "L".join(f"{x:g} {y:g}" for x, y in (tip, *sides))
    return f'{line}<path d="M{corners}z" fill="{MARK}"/>'
