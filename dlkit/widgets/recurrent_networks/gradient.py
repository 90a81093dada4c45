"""How long a gradient is after many steps back through time."""

from functools import cache
from pathlib import Path

import numpy as np
import traitlets

from dlkit.init import orthogonal
from dlkit.svg import LINE, MARK
from dlkit.widgets._plane import Plane
from dlkit.widgets.base import LivePicture, javascript

STEPS, SIZE = 40, 12
KINDS = {"orthogonal": "all singular values alike", "random": "singular values from large to small"}
_LOW, _HIGH = 0.5, 2.0
_AXIS = (-16.0, 12.0)
_PLANE_CSS = LivePicture._css + (Path(__file__).parents[1] / "static" / "plane.css").read_text(encoding="utf-8")


@cache
def materials() -> dict[str, np.ndarray]:
    """Two matrices whose largest singular value is 1, the inputs, and the gradient at the last state, the same for everybody.

    Rounded, so that they are equal to the bit on every machine.

    Returns
    -------
    dict of str to np.ndarray
        "orthogonal" and "random", shape (H, H); "inputs", shape (T, H); "end", shape (H,).
    """
    rng = np.random.default_rng(13)
    turned, drawn = orthogonal((SIZE, SIZE), rng=rng, dtype=np.float64), rng.standard_normal((SIZE, SIZE))
    drawn /= np.linalg.norm(drawn, 2)
    end = rng.standard_normal(SIZE)
    end /= np.linalg.norm(end)
    made = {"orthogonal": turned, "random": drawn, "inputs": rng.standard_normal((STEPS, SIZE)), "end": end}
    return {name: a.round(6) for name, a in made.items()}


def _power(value: float) -> str:
    if 0.01 <= value < 1000:
        return f"{value:.2f}"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits}e{int(exponent)}".replace("-", "−") if value else "0"


def _fate(end: float) -> str:
    if end < 1e-3:
        return "it vanishes"
    if end < 0.3:
        return "it shrinks"
    if end <= 3:
        return "about as much arrives as was sent"
    return "it grows" if end <= 1e3 else "it explodes"


class GradientThroughTime(LivePicture):
    """The length of a gradient that goes back through 40 steps, against the largest singular value of V.

    The network has twelve numbers of state. Each step back multiplies by a real Jacobian: the slopes of tanh at that step, then
    V.

    Parameters
    ----------
    sigma : float
        Largest singular value of V, 0.5 to 2.
    drive : float
        How large the inputs are, 0 to 3; large ones push tanh to its flat ends.
    kind : str
        "orthogonal": all singular values of V are sigma. "random": sigma is the largest, the others are smaller.

    Raises
    ------
    ValueError
        For another kind.
    traitlets.TraitError
        For a number out of its range.

    Notes
    -----
    Lesson: 13 recurrent_networks.
    """

    _esm = javascript("plane", "gradient_through_time")
    _css = _PLANE_CSS
    sigma = traitlets.CFloat(min=_LOW, max=_HIGH).tag(sync=True)
    drive = traitlets.CFloat(min=0, max=3).tag(sync=True)
    kind = traitlets.Unicode().tag(sync=True)
    _orthogonal = traitlets.Bytes().tag(sync=True)
    _random = traitlets.Bytes().tag(sync=True)
    _inputs = traitlets.Bytes().tag(sync=True)
    _end = traitlets.Bytes().tag(sync=True)

    def __init__(self, sigma: float = 1.0, *, drive: float = 0.3, kind: str = "orthogonal"):
        if kind not in KINDS:
            raise ValueError(f"GradientThroughTime: there is no kind {kind!r}; there are {', '.join(KINDS)}")
        arrays = {f"_{name}": a.tobytes() for name, a in materials().items()}
        super().__init__(sigma=float(sigma), drive=float(drive), kind=kind, **arrays)

    def norms(self) -> tuple[np.ndarray, float]:
        """Run forward, then back.

        Returns
        -------
        norms : np.ndarray, shape (T + 1,)
            Length of the gradient with respect to the state 0, 1, …, T steps before the end; 1 at the end itself.
        slope : float
            Mean slope of tanh on the way.
        """
        made = materials()
        V, h, states = self.sigma * made[self.kind], np.zeros(SIZE), []
        for x in made["inputs"]:
            h = np.tanh(self.drive * x + V @ h)
            states.append(h)
        g, norms = made["end"], [float(np.sqrt((made["end"] ** 2).sum()))]
        for h in reversed(states):
            g = (g * (1 - h * h)) @ V
            norms.append(float(np.sqrt((g**2).sum())))
        return np.array(norms), float(np.mean(1 - np.square(states)))

    def sentence(self) -> str:
        """Say what becomes of the gradient.

        Returns
        -------
        str
        """
        norms, slope = self.norms()
        end = norms[-1]
        fate = _fate(end)
        return (
            f"σ = {self.sigma:.2f}, {KINDS[self.kind]}, inputs of size {self.drive:.1f}: after {STEPS} steps back the "
            f"gradient has "
            f"{_power(end)} of its length; {fate}. σ to the power of {STEPS} would be {_power(self.sigma**STEPS)}. "
            f"The mean slope of tanh is {slope:.2f}."
        )

    def still(self) -> str:
        """Draw the length of the gradient over the steps back, on a logarithmic scale.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        norms, _ = self.norms()
        labels = ("steps back from the end", "log₁₀ of the gradient's length")
        plane = Plane((0, STEPS), _AXIS, width=430, height=280, labels=labels)
        back = np.arange(STEPS + 1)
        plane.curve([0, STEPS], [0, 0], stroke=LINE, thick=1)
        plane.curve(back, back * np.log10(self.sigma), dash="7 4", thick=1.6)
        plane.curve(back, np.maximum(np.log10(np.maximum(norms, 1e-300)), -40), stroke=MARK, thick=2.6)
        return plane.document(self.sentence(), "Heavy line: the gradient. Dashed: σ to the power of the steps, without tanh.")
