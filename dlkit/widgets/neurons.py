"""What moves in lesson 01: a neuron's line, activations with their slopes, and a curve made of ReLU neurons."""

from pathlib import Path

import numpy as np
import traitlets

from dlkit.errors import ShapeError
from dlkit.numpy_ops import activations as act
from dlkit.numpy_ops.neurons import linear_forward
from dlkit.svg import INK, LINE, MARK, number
from dlkit.widgets import _still as still
from dlkit.widgets._plane import Plane, half, segment
from dlkit.widgets.base import LivePicture, javascript

_PLANE_CSS = LivePicture._css + (Path(__file__).parent / "static" / "plane.css").read_text(encoding="utf-8")
_YES, _NO, _SHADE = "#e69f00", "#0072b2", "#fdf1d8"
_MOST_POINTS, _LARGEST_WEIGHT = 1000, 3.0


class NeuronLine(LivePicture):
    """A neuron with two inputs: its line, its positive side, and how many points of two classes lie where they belong.

    Drag the line to shift it and the arrow's tip to turn it; the arrow keys and the sliders do the same.

    Parameters
    ----------
    points : array_like, shape (N, 2)
    labels : array_like of int, shape (N,)
        0 or 1; points of class 1 belong on the positive side.
    w : tuple of (float, float)
        Weights, from −3 to 3.
    b : float
        Offset, from −3 to 3.
    names : tuple of (str, str)
        Of the classes 0 and 1.
    axes : tuple of (str, str)
        What the two inputs are.

    Raises
    ------
    ShapeError
        When the points are not pairs, are too many, or have not one label each.
    traitlets.TraitError
        When a weight or the offset is out of its range.

    Notes
    -----
    Lesson: 01 neurons.
    """

    _esm = javascript("plane", "neuron_line")
    _css = _PLANE_CSS
    _points = traitlets.Bytes().tag(sync=True)
    _labels = traitlets.Bytes().tag(sync=True)
    _range = traitlets.List(traitlets.Float()).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    axes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    w = traitlets.List(traitlets.CFloat(min=-_LARGEST_WEIGHT, max=_LARGEST_WEIGHT), minlen=2, maxlen=2).tag(sync=True)
    b = traitlets.CFloat(min=-_LARGEST_WEIGHT, max=_LARGEST_WEIGHT).tag(sync=True)

    def __init__(self, points, labels, *, w=(1, 1), b=0.0, names=("class 0", "class 1"), axes=("x₁", "x₂")):
        places, classes = np.asarray(points, dtype=np.float64), np.asarray(labels)
        if places.ndim != 2 or places.shape[1] != 2 or not 0 < len(places) <= _MOST_POINTS:
            raise ShapeError(f"NeuronLine: points has shape {places.shape}; give (N, 2) with N from 1 to {_MOST_POINTS}")
        if classes.shape != (len(places),) or not np.isin(classes, (0, 1)).all():
            came = f"NeuronLine: labels has shape {classes.shape}"
            raise ShapeError(f"{came}; give one label, 0 or 1, for each of {len(places)} points")
        self._places, self._classes = places, classes.astype(np.uint8)
        low, high = float(places.min()), float(places.max())
        border = 0.25 * ((high - low) or 1.0)
        super().__init__(
            _points=places.tobytes(),
            _labels=self._classes.tobytes(),
            _range=[low - border, high + border],
            names=list(names),
            axes=list(axes),
            w=[float(v) for v in w],
            b=float(b),
        )

    def answers(self) -> np.ndarray:
        """Compute w·x + b for every point.

        Returns
        -------
        np.ndarray, shape (N,)
        """
        return linear_forward(self._places, np.array([self.w]), np.array([self.b]))[0][:, 0]

    def sentence(self) -> str:
        """Say where the line is and how many points of each class are on its positive side.

        Returns
        -------
        str
        """
        (w1, w2), b, positive, one = self.w, self.b, self._positive(), self._classes == 1
        line = f"The line is {number(w1)}·x₁{_term(w2, '·x₂')}{_term(b, '')} = 0."
        if w1 == 0 == w2:
            line = f"Both weights are 0, so there is no line: the neuron gives {number(b)} everywhere."
        whole, right = len(one), int((positive == one).sum())
        sides = f"All {whole}" if right == whole else f"{right} of {whole}"
        return (
            f"{line} On the positive side: {(positive & one).sum()} of {one.sum()} “{self.names[1]}” and "
            f"{(positive & ~one).sum()} of {(~one).sum()} “{self.names[0]}”. {sides} points are on their own side."
        )

    def still(self) -> str:
        """Draw the points, the line, its positive side and the arrow of the weights.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        low, high = self._range
        plane = Plane((low, high), (low, high), width=300, height=300, labels=tuple(self.axes))
        area, ends = half(self.w, self.b, low, high), segment(self.w, self.b, low, high)
        if area:
            plane.curve(*zip(*area, strict=True), stroke="none", fill=_SHADE)
        size = 4 if len(self._classes) > 20 else 8
        for point, label, positive in zip(self._places, self._classes, self._positive(), strict=True):
            edge = {"stroke": LINE, "thick": 0.6} if positive == (label == 1) else {"thick": 2}
            plane.mark(*point, shape="triangle" if label else "circle", fill=_YES if label else _NO, size=size, **edge)
        if ends:
            plane.curve(*zip(*ends, strict=True), thick=2.5)
            middle = np.mean(ends, axis=0)
            tip = middle + 0.12 * (high - low) * np.array(self.w)
            plane.curve(*zip(middle, tip, strict=True), thick=2.5)
            plane.mark(*middle, stroke=MARK)
            plane.mark(*tip, fill=INK, size=4)
        key = (
            f"△ {self.names[1]}, ○ {self.names[0]}. Shaded: w·x + b is positive. From the line's ring to the dot: w. "
            "A heavy outline: on the wrong side."
        )
        return plane.document(self.sentence(), key)

    def _positive(self) -> np.ndarray:
        (w1, w2), (x1, x2) = self.w, self._places.T
        return w1 * x1 + w2 * x2 + self.b > 0  # term by term, as the live picture does it


_LINES = np.array([[-1.0, -2.0], [0.2, 0.0], [1.0, -1.0]])  # slope and offset of each piece of the maxout neuron


def _each(forward, backward, **options):
    """An activation of ``dlkit`` as a function of x that gives value and slope."""

    def value_and_slope(x):
        y, cache = forward(np.asarray(x, dtype=np.float64), **options)
        return y, backward(np.ones_like(y), cache)

    return value_and_slope


def _three_lines(x):
    rows = np.asarray(x, dtype=np.float64).reshape(-1, 1)  # (N, 1)
    y, cache = act.maxout_forward(rows, _LINES[:, :1, None], _LINES[:, 1:])
    slope, *_ = act.maxout_backward(np.ones_like(y), cache)
    return y.reshape(np.shape(x)), slope.reshape(np.shape(x))


_ACTIVATIONS = {
    "sigmoid": _each(act.sigmoid_forward, act.sigmoid_backward),
    "tanh": _each(act.tanh_forward, act.tanh_backward),
    "ReLU": _each(act.relu_forward, act.relu_backward),
    "leaky ReLU": _each(act.leaky_relu_forward, act.leaky_relu_backward, negative_slope=0.1),
    "ELU": _each(act.elu_forward, act.elu_backward),
    "GELU": _each(act.gelu_forward, act.gelu_backward),
    "maxout of three": _three_lines,
}
_CORNERED = ("ReLU", "leaky ReLU")
_SATURATED = 0.05


class ActivationExplorer(LivePicture):
    """An activation and its slope, with the tangent at a point that can be moved.

    Saturated means here: the slope is below 0.05, so that hardly any change of x gets through.

    Parameters
    ----------
    kind : str
        "sigmoid", "tanh", "ReLU", "leaky ReLU" (0.1), "ELU", "GELU" or "maxout of three" lines.
    x : float
        From −5 to 5.

    Raises
    ------
    traitlets.TraitError
        For another activation, or an x out of its range.

    Notes
    -----
    Lesson: 01 neurons.
    """

    _esm = javascript("plane", "activation_explorer")
    _css = _PLANE_CSS
    kind = traitlets.Enum(list(_ACTIVATIONS)).tag(sync=True)
    x = traitlets.CFloat(min=-5.0, max=5.0).tag(sync=True)

    def __init__(self, kind: str = "sigmoid", x: float = 0.0):
        super().__init__(kind=kind, x=x)

    def value_and_slope(self) -> tuple[float, float]:
        """Compute the activation and its derivative at x, with the operations of ``dlkit``.

        Returns
        -------
        value, slope : float
        """
        y, slope = _ACTIVATIONS[self.kind](np.array([self.x]))
        return float(y[0]), float(slope[0])

    def sentence(self) -> str:
        """Give value and slope at x, and say whether the activation is saturated there.

        Returns
        -------
        str
        """
        value, slope = self.value_and_slope()
        corner = " There is a corner at 0: the slope from the left is taken." if self.x == 0 and self.kind in _CORNERED else ""
        change = f"Not saturated: a small change of x comes out {number(slope)} times as large."
        if slope == 0:
            change = "Saturated: the curve is level, and no change of x gets through."
        elif abs(slope) < _SATURATED:
            change = "Saturated: the curve is nearly level, and hardly any change of x gets through."
        return f"{self.kind} at x = {number(self.x)}: value {number(value)}, slope {number(slope)}.{corner} {change}"

    def still(self) -> str:
        """Draw the activation, its slope dashed, and the tangent at x.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        plane = Plane((-5, 5), (-2, 5), width=400, height=280, labels=("x", "value and slope"))
        xs = np.linspace(-5, 5, 201)
        ys, slopes = _ACTIVATIONS[self.kind](xs)
        flat = np.abs(slopes) < _SATURATED
        for start in np.flatnonzero(flat & ~np.append(False, flat[:-1])):
            stop = start + np.argmin(np.append(flat[start:], False)) - 1
            (left, right), _ = plane.at(xs[[start, stop]], 0)
            plane.inside.append(still.hatching(float(round(left, 1)), 0, float(round(right - left, 1)), 280, every=12))
        for piece in np.split(np.arange(len(xs)), np.flatnonzero(np.abs(np.diff(slopes)) > 0.08) + 1):
            plane.curve(xs[piece], slopes[piece], stroke=_NO, dash="7 4")
        plane.curve(xs, ys, thick=2.4)
        value, slope = self.value_and_slope()
        reach = 1.6 / np.hypot(1, slope)
        ends = np.array([-reach, reach])
        plane.curve(self.x + ends, value + slope * ends, stroke=MARK)
        plane.mark(self.x, value, fill=MARK)
        key = "Solid: value. Dashed: slope. Through the dot: the tangent. Hatched: saturated, the slope is below 0.05."
        return plane.document(self.sentence(), key)


_TARGETS = {
    "sin(x)": np.sin,
    "|x| / 2": lambda x: np.abs(x) / 2,
    "a bump": lambda x: np.exp(-x * x),
    "a step": lambda x: np.where(x < 0, -1.0, 1.0),
}


class ReluFit(LivePicture):
    """A hidden layer of k ReLU neurons that runs through k + 1 evenly spaced points of a curve.

    Nothing is trained: each neuron wakes at one of the points and adds the change of slope that is needed there.

    Parameters
    ----------
    k : int
        Neurons, 1 to 64.
    target : str
        "sin(x)", "|x| / 2", "a bump" or "a step", from −π to π.

    Attributes
    ----------
    units : bool
        Whether each neuron's share is drawn too.

    Raises
    ------
    traitlets.TraitError
        For another curve, or a k out of its range.

    Notes
    -----
    Lesson: 01 neurons.
    """

    _esm = javascript("plane", "relu_fit")
    _css = _PLANE_CSS
    k = traitlets.Int(min=1, max=64).tag(sync=True)
    target = traitlets.Enum(list(_TARGETS)).tag(sync=True)
    units = traitlets.Bool(False).tag(sync=True)

    def __init__(self, k: int = 4, target: str = "sin(x)"):
        super().__init__(k=k, target=target)

    def network(self, k: int | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Set the weights of the two layers.

        Parameters
        ----------
        k : int, optional
            Neurons; those of the picture by default.

        Returns
        -------
        w, b : np.ndarray, shapes (k, 1) and (k,)
            The hidden layer.
        v, c : np.ndarray, shapes (1, k) and (1,)
            The output layer.
        """
        k = k or self.k
        f, width = _TARGETS[self.target], 2 * np.pi / k
        knots = -np.pi + width * np.arange(k + 1)  # (k + 1,)
        slopes = np.diff(f(knots)) / width  # (k,)
        return np.ones((k, 1)), -knots[:-1], np.diff(slopes, prepend=0.0)[None], f(knots[:1])

    def largest_error(self, k: int | None = None) -> float:
        """Measure how far network and curve part, on a grid of 1,001 points.

        Parameters
        ----------
        k : int, optional
            Neurons; those of the picture by default.

        Returns
        -------
        float
        """
        x = np.linspace(-np.pi, np.pi, 1001)
        return float(np.abs(_through(self.network(k), x) - _TARGETS[self.target](x)).max())

    def sentence(self) -> str:
        """Say how many pieces there are, how large the error is, and what twice as many neurons would give.

        Returns
        -------
        str
        """
        error, k = self.largest_error(), self.k
        exact = " The pieces lie exactly on the curve."
        if error >= 1e-9:
            exact = f" With {2 * k} it would be {_error(self.largest_error(2 * k))}."
        neurons, pieces = (f"{k} {word}{'' if k == 1 else 's'}" for word in ("ReLU neuron", "straight piece"))
        return (
            f"{self.target} with {neurons}: {pieces}, each {number(2 * np.pi / k)} wide. "
            f"The largest error is {_error(error)}.{exact}"
        )

    def still(self) -> str:
        """Draw the curve, the network's straight pieces and where each neuron wakes.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        plane = Plane((-np.pi, np.pi), (-1.7, 1.7), width=400, height=240, labels=("x", "y"))
        xs = np.linspace(-np.pi, np.pi, 201)
        plane.curve(xs, _TARGETS[self.target](xs), stroke="#f2b48c", thick=6)
        weights = self.network()
        ends = np.append(-weights[1], np.pi)
        heights = _through(weights, ends)
        if self.units:
            for start, v in zip(ends[:-1], weights[2][0], strict=True):
                plane.curve([-np.pi, start, np.pi], [0, 0, v * (np.pi - start)], stroke=_NO, thick=1.2, dash="3 3")
        plane.curve(ends, heights, thick=2.4)
        for x, y in zip(ends[:-1], heights[:-1], strict=True):
            plane.mark(x, y, size=3.5)
        key = "Wide and pale: the curve. Thin and dark: the network. At each circle one more neuron wakes."
        return plane.document(self.sentence(), key)


def _through(weights, x: np.ndarray) -> np.ndarray:
    """Send numbers (L,) through the two layers."""
    w, b, v, c = weights
    hidden, _ = act.relu_forward(linear_forward(x[:, None], w, b)[0])  # (L, k)
    return linear_forward(hidden, v, c)[0][:, 0]


def _error(value: float) -> str:
    return "0" if value < 1e-9 else number(value)


def _term(value: float, name: str) -> str:
    return f" {'−' if value < 0 else '+'} {number(abs(value))}{name}"
