"""The walk down a loss surface."""

import textwrap

import numpy as np
import traitlets

from dlkit.svg import INK, LINE, MARK
from dlkit.widgets import _still as still
from dlkit.widgets._decimals import decimal
from dlkit.widgets.base import LivePicture, javascript

SURFACES = {"bowl": (1.0, 1.0), "valley": (1.0, 10.0)}
_MOST_STEPS, _LARGEST_RATE = 50, 2.2
_HALF_WIDTH, _HALF_HEIGHT, _UNIT = 4.0, 2.0, 80
_LEVELS = (0.1, 0.5, 1.5, 4.0, 9.0, 16.0)


class Descent(LivePicture):
    """Gradient descent on a loss of two weights, L = ½(a·w1² + b·w2²): the learning rate makes it crawl, arrive or explode.

    Step, Back and Play walk; the slider sets η; a click or the arrow keys move the starting point.

    Parameters
    ----------
    surface : str
        "valley" (a = 1, b = 10) or "bowl" (a = b = 1).
    eta : float
        The learning rate, from 0.001 to 2.2.
    steps : int
        How many steps are taken at first, up to 50.
    start : tuple of (float, float)
        Where the walk begins.

    Raises
    ------
    ValueError
        For a surface that there is not, or a learning rate out of range.

    Notes
    -----
    Lesson: 02 backpropagation.
    """

    _esm = javascript("decimals", "descent")
    surface = traitlets.Unicode().tag(sync=True)
    eta = traitlets.Float(min=0.001, max=_LARGEST_RATE).tag(sync=True)
    steps = traitlets.Int(0, min=0, max=_MOST_STEPS).tag(sync=True)
    start = traitlets.Tuple(traitlets.Float(), traitlets.Float()).tag(sync=True)

    def __init__(self, surface="valley", *, eta: float = 0.05, steps: int = 0, start: tuple[float, float] = (-3.5, 1.5)):
        if surface not in SURFACES:
            raise ValueError(f"Descent: there is no surface {surface!r}; there are {', '.join(SURFACES)}")
        if not 0.001 <= eta <= _LARGEST_RATE:
            raise ValueError(f"Descent: eta is {eta}; give a learning rate from 0.001 to {_LARGEST_RATE}")
        super().__init__(surface=surface, eta=float(eta), steps=steps, start=tuple(map(float, start)))

    def loss(self, w) -> float:
        """Compute L at a point.

        Parameters
        ----------
        w : array_like, shape (2,)

        Returns
        -------
        float
        """
        a, b = SURFACES[self.surface]
        return 0.5 * (a * w[0] * w[0] + b * w[1] * w[1])

    def gradient(self, w) -> tuple[float, float]:
        """Compute the gradient at a point.

        Parameters
        ----------
        w : array_like, shape (2,)

        Returns
        -------
        tuple of (float, float)
        """
        a, b = SURFACES[self.surface]
        return a * w[0], b * w[1]

    def path(self) -> list[tuple[float, float]]:
        """Walk: w ← w − η·∇L.

        Returns
        -------
        list of tuple
            The starting point and the point after each step.
        """
        points = [tuple(self.start)]
        for _ in range(self.steps):
            w, g = points[-1], self.gradient(points[-1])
            points.append((w[0] - self.eta * g[0], w[1] - self.eta * g[1]))
        return points

    def sentence(self) -> str:
        """Say where the walk stands, what it pays, and what each step does to the two weights.

        Returns
        -------
        str
        """
        path = self.path()
        w, g = path[-1], self.gradient(path[-1])
        factors = [round(1 - self.eta * c, 9) for c in SURFACES[self.surface]]
        after = "at the start" if self.steps == 0 else f"after {self.steps} step{'' if self.steps == 1 else 's'}"
        a, b = (decimal(c) for c in SURFACES[self.surface])
        eta = decimal(self.eta)
        return (
            f"η = {eta}, {after}: w = ({decimal(w[0])}, {decimal(w[1])}), gradient ({decimal(g[0])}, {decimal(g[1])}), "
            f"loss {decimal(self.loss(w))}; at the start it was {decimal(self.loss(path[0]))}. "
            f"Each step multiplies w1 by 1 − {eta}·{a} = {decimal(factors[0])} and w2 by 1 − {eta}·{b} = "
            f"{decimal(factors[1])}. "
            + _verdict(factors)
        )

    def still(self) -> str:
        """Draw the contours and the path so far.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        width, height = 2 * _HALF_WIDTH * _UNIT, 2 * _HALF_HEIGHT * _UNIT
        a, b = SURFACES[self.surface]
        inner = []
        for level in reversed(_LEVELS):
            rx, ry = ((2 * level / c) ** 0.5 * _UNIT for c in (a, b))
            inner.append(
                f'<ellipse cx="{width / 2:g}" cy="{height / 2:g}" rx="{rx:.1f}" ry="{ry:.1f}" fill="#0072b2" '
                f'fill-opacity="0.07" stroke="{LINE}"/>'
            )
        shown = [(width / 2 + _UNIT * np.clip(x, -40, 40), height / 2 - _UNIT * np.clip(y, -40, 40)) for x, y in self.path()]
        line = "L".join(f"{x:.1f} {y:.1f}" for x, y in shown)
        inner.append(f'<path d="M{line}" fill="none" stroke="{MARK}" stroke-width="2"/>')
        inner += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{MARK}"/>' for x, y in shown]
        x, y = shown[0]
        inner.append(still.box(x - 6, y - 6, 12, 12, fill="none", stroke=INK, thick=2))
        picture = f'<svg x="16" y="26" width="{width:g}" height="{height:g}" overflow="hidden">{"".join(inner)}</svg>'
        words = textwrap.wrap(self.sentence(), 92)
        title = f"L = ½({decimal(a)}·w1² + {decimal(b)}·w2²); to the right w1, upwards w2; the square is the start"
        parts = [still.text(16, 18, title, bold=True), picture]
        parts += [still.text(16, height + 48 + 18 * k, text, size=13) for k, text in enumerate(words)]
        return still.document(width + 32, height + 40 + 18 * len(words) + 8, parts, self.sentence())


def _verdict(factors: list[float]) -> str:
    """What becomes of weights that are multiplied by these numbers at each step."""
    names = [f"w{k + 1}" for k in range(2)]
    growing = [name for name, f in zip(names, factors, strict=True) if abs(f) > 1]
    if growing:
        return f"{' and '.join(growing)} grow{'s' if len(growing) == 1 else ''} at every step: η is too large, it diverges."
    swinging = [name for name, f in zip(names, factors, strict=True) if f == -1]
    if swinging:
        swing = "swings" if len(swinging) == 1 else "swing"
        return f"{' and '.join(swinging)} {swing} from side to side for ever: η stands exactly on the edge."
    slowest, share = max(abs(f) for f in factors), "It converges"
    if slowest > 0.9:
        share += f", but slowly: a step keeps {decimal(round(100 * slowest, 6))} % of the distance"
    jumps = [name for name, f in zip(names, factors, strict=True) if f < 0]
    return f"{share}{'; ' + ' and '.join(jumps) + (' jumps' if len(jumps) == 1 else ' jump') + ' to and fro' if jumps else ''}."
