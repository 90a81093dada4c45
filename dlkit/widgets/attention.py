"""What moves in lesson 15: a query among keys in the plane, and what a trained model looked at."""

from collections.abc import Callable
from html import escape
from pathlib import Path

import numpy as np
import traitlets

from dlkit.errors import ShapeError
from dlkit.numpy_ops.attention import attention_weights
from dlkit.svg import INK, LINE, MARK, PAPER, number
from dlkit.widgets import _still as still
from dlkit.widgets._plane import Plane
from dlkit.widgets.base import LivePicture, javascript

_STATIC = Path(__file__).parent / "static"
_CSS = LivePicture._css + "".join((_STATIC / name).read_text(encoding="utf-8") for name in ("plane.css", "attention.css"))
_FAR, _MOST_KEYS = 4.0, 6
_ORANGE = np.array([230, 159, 0])


def _place(value: float) -> float:
    return float(np.clip(value, -_FAR, _FAR))


class QueryKeyPlayground(LivePicture):
    """A query and a few keys in the plane, each key with a value: scores, weights and the output, while you drag them.

    Drag a point, or choose one and press the arrow keys.

    Parameters
    ----------
    query : tuple of (float, float)
        From −4 to 4.
    keys : array_like, shape (S, 2)
        Two to six of them.
    values : array_like, shape (S,)
        A number for each key.
    scaled : bool
        Whether scores are divided by √2, the root of the number of features.

    Raises
    ------
    ShapeError
        When keys are not pairs, are too few or too many, or have not one value each.

    Notes
    -----
    Lesson: 15 attention.
    """

    _esm = javascript("plane", "query_keys")
    _css = _CSS
    query = traitlets.List(traitlets.CFloat(), minlen=2, maxlen=2).tag(sync=True)
    points = traitlets.List(traitlets.List(traitlets.CFloat(), minlen=2, maxlen=2)).tag(sync=True)
    values = traitlets.List(traitlets.CFloat()).tag(sync=True)
    scaled = traitlets.Bool(True).tag(sync=True)

    def __init__(self, query=(1.0, 0.5), keys=((2.0, 1.0), (0.0, 2.0), (-2.0, -1.0)), values=(10, 20, 30), *, scaled=True):
        points, numbers = np.asarray(keys, dtype=float), np.asarray(values, dtype=float)
        if points.ndim != 2 or points.shape[1] != 2 or not 2 <= len(points) <= _MOST_KEYS:
            raise ShapeError(f"QueryKeyPlayground: keys has shape {points.shape}; give (S, 2) with S from 2 to {_MOST_KEYS}")
        if numbers.shape != (len(points),):
            raise ShapeError(f"QueryKeyPlayground: values has shape {numbers.shape}; give one for each of {len(points)} keys")
        super().__init__(
            query=[_place(v) for v in query],
            points=[[_place(v) for v in point] for point in points],
            values=numbers.tolist(),
            scaled=bool(scaled),
        )

    def scores(self) -> np.ndarray:
        """Compute the score of each key, scaled or not.

        Returns
        -------
        np.ndarray, shape (S,)
        """
        return np.array(self.points) @ np.array(self.query) * self._scale()

    def weights(self) -> np.ndarray:
        """Compute the weight of each key, with the operation of ``dlkit``.

        Returns
        -------
        np.ndarray, shape (S,)
        """
        return attention_weights(np.array([self.query]), np.array(self.points), scale=self._scale())[0]

    def output(self) -> float:
        """Compute the mean of the values under the weights.

        Returns
        -------
        float
        """
        return float(self.weights() @ np.array(self.values))

    def _scale(self) -> float:
        return 1 / np.sqrt(2) if self.scaled else 1.0

    def sentence(self) -> str:
        """Give the query, the scores, the weights and the output.

        Returns
        -------
        str
        """
        scores, shares = ", ".join(map(number, self.scores())), ", ".join(f"{p:.2f}" for p in self.weights())
        how = "Scores divided by √2" if self.scaled else "Scores, not divided"
        weights = self.weights()
        most, least = float(weights.max()), float(weights.min())
        first = [k + 1 for k, p in enumerate(weights) if most - p < 1e-9]
        heard = f"Key {first[0]} is heard most" if len(first) == 1 else f"Keys {', '.join(map(str, first))} are heard most"
        heard = "All keys are heard alike" if most - least < 1e-9 else heard
        return (
            f"Query ({number(self.query[0])}, {number(self.query[1])}). {how}: {scores}. Weights: {shares}. "
            f"{heard}. Output: {number(self._rounded())}."
        )

    def _rounded(self) -> float:
        return float(np.round(self.output(), 9))  # three thirds are one

    def still(self) -> str:
        """Draw the query as an arrow, the keys as numbered circles and the weights as bars.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        plane = Plane((-_FAR, _FAR), (-_FAR, _FAR), width=300, height=300, labels=("feature 1", "feature 2"))
        plane.curve([0, self.query[0]], [0, self.query[1]], stroke=MARK, thick=3)
        plane.mark(*self.query, shape="triangle", fill=MARK, size=7)
        for k, (point, p) in enumerate(zip(self.points, self.weights(), strict=True)):
            plane.mark(*point, fill=_shade(p), size=11)
            x, y = (float(v) for v in plane.at(*point))
            plane.inside.append(still.text(round(x, 1), round(y + 4, 1), str(k + 1), anchor="middle", bold=True))
        rows = [still.text(400, 40, "key   score   weight", size=13, bold=True)]
        for k, (s, p, v) in enumerate(zip(self.scores(), self.weights(), self.values, strict=True)):
            y = 66 + 26 * k
            rows += [still.text(406, y, str(k + 1), size=13), still.text(466, y, number(s), size=13, anchor="end")]
            rows.append(still.box(480, y - 12, round(120 * p, 1), 15, fill=_shade(p)))
            rows.append(still.text(608, y, f"{p:.2f} · value {number(v)}", size=13))
        rows.append(still.text(400, 84 + 26 * len(self.points), f"output {number(self._rounded())}", size=14, bold=True))
        rows.append(still.text(400, 300, "The arrow is the query; circles are keys.", size=12))
        return still.document(750, 356, [*plane.draw(), *rows], self.sentence())


class AlignmentMap(LivePicture):
    """What each output symbol of a sequence-to-sequence model looked at; another text runs the model itself, in the kernel.

    Point at a row, or press the up and down arrows.

    Parameters
    ----------
    look : callable
        ``look(text)`` runs the model: it returns the input's words, the output's symbols, the weights, shape (L, S), and
        perhaps a remark, such as whether the output is right. For a text it cannot read it raises ValueError with a sentence
        for the reader.
    text : str
        What the model reads first.
    label : str
        The name of the field to type in.
    row : int
        The output symbol chosen first.

    Raises
    ------
    ShapeError
        When the weights have not one row for each symbol and one column for each word.
    ValueError
        When ``look`` refuses the first text.

    Notes
    -----
    Lesson: 15 attention.
    """

    _esm = javascript("alignment_map")
    _css = _CSS
    text = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    row = traitlets.Int(0).tag(sync=True)
    _inputs = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _outputs = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _weights = traitlets.List(traitlets.Float()).tag(sync=True)
    _remark = traitlets.Unicode().tag(sync=True)
    _problem = traitlets.Unicode().tag(sync=True)

    def __init__(self, look: Callable, text: str, *, label: str = "Number", row: int = 0):
        self._look = look
        super().__init__(text=text, label=label, row=row, **self._run(text))
        self.observe(self._read, "text")

    def _run(self, text: str) -> dict:
        inputs, outputs, weights, *remark = self._look(text)
        weights = np.asarray(weights, dtype=float)
        if weights.shape != (len(outputs), len(inputs)) or not weights.size:
            raise ShapeError(
                f"AlignmentMap: look gave weights of shape {weights.shape}; give (L, S) = ({len(outputs)}, {len(inputs)})"
            )
        found = {"_inputs": list(inputs), "_outputs": list(outputs), "_weights": weights.round(3).ravel().tolist()}
        return found | {"_remark": " ".join(remark)}

    def _read(self, change) -> None:
        try:
            found = self._run(change["new"])
        except ValueError as error:
            self._problem = str(error)
            return
        with self.hold_sync():
            self.set_trait("_problem", "")
            for name, value in found.items():
                self.set_trait(name, value)
            self.row = min(max(self.row, 0), len(self._outputs) - 1)

    def weights(self) -> np.ndarray:
        """Give the weights that are shown.

        Returns
        -------
        np.ndarray, shape (L, S)
        """
        return np.array(self._weights).reshape(len(self._outputs), len(self._inputs))

    def sentence(self) -> str:
        """Say what the chosen output symbol looked at.

        Returns
        -------
        str
        """
        if self._problem:
            return self._problem
        row = min(max(self.row, 0), len(self._outputs) - 1)
        weights = self.weights()[row]
        order = sorted(range(len(weights)), key=lambda s: (-weights[s], s))
        first = order[0]
        then = [f"“{self._inputs[s]}” {number(weights[s])}" for s in order[1:3] if weights[s] >= 0.05]
        return (
            f"Output {row + 1} of {len(self._outputs)}, “{self._outputs[row]}”, looked most at word {first + 1} of "
            f"{len(weights)}, “{self._inputs[first]}”: weight {number(weights[first])}"
            + (f"; then {', '.join(then)}." if then else ".")
            + (f" {self._remark}." if self._remark else "")
        )

    def still(self) -> str:
        """Draw the table of weights, words above and output symbols at the left.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        if self._problem:
            return still.words(self._problem)
        weights, left, top, wide, high = self.weights(), 60, 92, 36, 28
        parts = []
        for s, word in enumerate(self._inputs):
            x = left + s * wide + wide / 2
            parts.append(
                f'<text x="{x:g}" y="{top - 8}" font-size="13" fill="{INK}" transform="rotate(-45 {x:g} {top - 8})">'
                f"{escape(word)}</text>"
            )
        row = min(max(self.row, 0), len(weights) - 1)
        for t, symbol in enumerate(self._outputs):
            y = top + t * high
            parts.append(still.text(left - 12, y + 19, symbol, size=14, anchor="end", bold=t == row))
            for s, p in enumerate(weights[t]):
                parts.append(still.box(left + s * wide, y, wide, high, fill=_shade(p), stroke=LINE, thick=0.5))
                if p >= 0.1:
                    parts.append(still.text(left + (s + 0.5) * wide, y + 18, number(p), size=11, anchor="middle"))
        parts.append(still.box(left, top + row * high, wide * len(self._inputs), high, fill="none", stroke=MARK, thick=3))
        foot = top + high * len(weights) + 24
        line = f"{' '.join(self._inputs)} → {' '.join(self._outputs)}   {self._remark}".rstrip()
        parts.append(still.text(16, foot, line, size=12))
        width = max(left + wide * len(self._inputs) + 60, 40 + 6.6 * len(line))
        return still.document(width, foot + 16, parts, self.sentence())


def _shade(p: float) -> str:
    red, green, blue = (255 + (_ORANGE - 255) * min(max(float(p), 0.0), 1.0)).round().astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}" if p > 0 else PAPER
