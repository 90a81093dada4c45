"""What moves in lesson 02: the chain rule one edge at a time, and the walk down a loss surface."""

import textwrap
from typing import NamedTuple

import numpy as np
import traitlets

from dlkit.numpy_ops.activations import logistic
from dlkit.svg import LINE, MARK
from dlkit.widgets import _still as still
from dlkit.widgets.base import LivePicture, javascript

_LARGEST = 100.0


class Node(NamedTuple):
    """A box of the graph.

    Attributes
    ----------
    name : str
    kind : str
        "given", "weighted" (pairs of inputs multiplied and added, a last one without a partner added), "sigmoid" or
        "half_square" (half the squared difference of its two inputs; the second is the target).
    inputs : tuple of str
        The boxes it takes; each stands earlier in the graph.
    at : tuple of (int, int)
        The middle of its box in the picture, in pixels.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    at: tuple[int, int]


GRAPHS = {
    "neuron": (
        Node("x", "given", (), (80, 50)),
        Node("w", "given", (), (80, 130)),
        Node("b", "given", (), (80, 210)),
        Node("t", "given", (), (510, 220)),
        Node("z", "weighted", ("w", "x", "b"), (300, 130)),
        Node("y", "sigmoid", ("z",), (510, 130)),
        Node("L", "half_square", ("y", "t"), (720, 130)),
    ),
    "network": (
        Node("x1", "given", (), (66, 130)),
        Node("x2", "given", (), (66, 390)),
        Node("w11", "given", (), (210, 36)),
        Node("w21", "given", (), (210, 190)),
        Node("w12", "given", (), (210, 330)),
        Node("w22", "given", (), (210, 484)),
        Node("w31", "given", (), (510, 36)),
        Node("w32", "given", (), (510, 484)),
        Node("t", "given", (), (800, 390)),
        Node("s1", "weighted", ("w11", "x1", "w21", "x2"), (362, 130)),
        Node("s2", "weighted", ("w12", "x1", "w22", "x2"), (362, 390)),
        Node("h1", "sigmoid", ("s1",), (510, 130)),
        Node("h2", "sigmoid", ("s2",), (510, 390)),
        Node("s3", "weighted", ("w31", "h1", "w32", "h2"), (660, 260)),
        Node("y", "sigmoid", ("s3",), (800, 260)),
        Node("L", "half_square", ("y", "t"), (940, 260)),
    ),
}
NUMBERS = {
    "neuron": {"x": 2.0, "w": 0.5, "b": -1.0, "t": 1.0},
    "network": {
        "x1": 1.0, "x2": 2.0, "t": 1.0, "w11": 0.5, "w21": -0.25, "w12": 0.3, "w22": 0.1, "w31": 0.4, "w32": -0.6,
    },
}  # fmt: skip
SIZES = {"neuron": (800, 260), "network": (1006, 520)}
_WIDE, _HIGH = 118, 46


def decimal(value: float) -> str:
    """Write a number with up to four decimals, a very small or large one with a power of ten."""
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else ("∞" if value > 0 else "−∞")
    size = abs(value)
    if value != 0 and (size < 5e-5 or size >= 1e5):
        digits, power = f"{value:.2e}".split("e")
        text = f"{digits}e{int(power)}"
    else:
        text = f"{value + 0.0:.4f}".rstrip("0").rstrip(".")  # −0 becomes 0
    return text.replace("-", "−")


def _factor(value: float) -> str:
    return f"({decimal(value)})" if value < 0 else decimal(value)


class Share(NamedTuple):
    """One edge of the way back: what arrives, what it is multiplied by, what it hands on."""

    edge: tuple[str, str]
    upstream: float
    local: float
    formula: str
    total: float
    uses: int
    last: bool

    @property
    def product(self) -> float:
        """The chain rule."""
        return self.upstream * self.local

    @property
    def written(self) -> str:
        """The local derivative, formula and number; a formula that is a number stands alone."""
        value = decimal(self.local)
        return value if value == self.formula else f"{self.formula} = {value}"


class GraphStepper(LivePicture):
    """A small network as a graph of its arithmetic: values forward, then gradients backward, one edge at a time.

    At each edge of the way back it shows the upstream gradient, the local derivative and their product. The numbers of the
    inputs can be changed at any step. Arrow keys step, Home and End jump, Play runs it.

    Parameters
    ----------
    graph : str
        "neuron": z = w·x + b, y = σ(z), L = ½(y − t)². "network": two inputs, two hidden sigmoids, one sigmoid output.
    step : int
        Where to stand at first: 0 is the beginning.
    **numbers : float
        Inputs by name, instead of the usual ones.

    Attributes
    ----------
    numbers : dict of str to float
        The inputs; follows the browser and can be set.

    Raises
    ------
    ValueError
        For a graph that there is not, an input that the graph has not, or one that is not a number from −100 to 100.

    Notes
    -----
    Lesson: 02 backpropagation.
    """

    _esm = javascript("decimals", "graph_stepper")
    graph = traitlets.Unicode().tag(sync=True)
    _nodes = traitlets.List().tag(sync=True)
    _size = traitlets.List().tag(sync=True)
    numbers = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(self, graph: str = "neuron", *, step: int = 0, **numbers: float):
        if graph not in GRAPHS:
            raise ValueError(f"GraphStepper: there is no graph {graph!r}; there are {', '.join(GRAPHS)}")
        if unknown := numbers.keys() - NUMBERS[graph].keys():
            has = ", ".join(NUMBERS[graph])
            raise ValueError(f"GraphStepper: {', '.join(sorted(unknown))} is no input of the {graph}; it has {has}")
        self._graph = GRAPHS[graph]
        nodes = [[n.name, n.kind, list(n.inputs), *n.at] for n in self._graph]
        given = NUMBERS[graph] | {name: float(value) for name, value in numbers.items()}
        super().__init__(graph=graph, _nodes=nodes, _size=list(SIZES[graph]), numbers=given, step=step)

    @traitlets.validate("numbers")
    def _checked(self, proposal):
        for name, value in proposal["value"].items():
            if not abs(value) <= _LARGEST:
                raise ValueError(f"GraphStepper: {name} is {value}; give a number from −100 to 100")
        return proposal["value"]

    @property
    def last_step(self) -> int:
        """How many steps there are: the values, the beginning of the way back, the edges."""
        return len(self._computed()) + 1 + len(self.shares())

    def values(self) -> dict[str, float]:
        """Compute every box, forward.

        Returns
        -------
        dict of str to float
        """
        values = {}
        for node in self._graph:
            if node.kind == "given":
                values[node.name] = float(self.numbers[node.name])
                continue
            a = [values[name] for name in node.inputs]
            if node.kind == "weighted":
                products = (p * q for p, q in zip(a[::2], a[1::2], strict=False))
                values[node.name] = sum(products, 0.0) + (a[-1] if len(a) % 2 else 0)
            elif node.kind == "sigmoid":
                values[node.name] = float(logistic(np.array(a[0])))
            else:
                values[node.name] = 0.5 * (a[0] - a[1]) ** 2
        return values

    def shares(self) -> list[Share]:
        """Go backward, edge by edge, from the loss to the inputs.

        Returns
        -------
        list of Share
        """
        values, gradients = self.values(), {"L": 1.0}
        pairs = [(node, k) for node in reversed(self._graph) for k, name in enumerate(node.inputs) if name != "t"]
        uses = [node.inputs[k] for node, k in pairs]
        found = []
        for at, (node, k) in enumerate(pairs):
            name, upstream = node.inputs[k], gradients[node.name]
            local, formula = _local(node, k, values)
            gradients[name] = gradients.get(name, 0.0) + upstream * local
            share = Share(
                (node.name, name), upstream, local, formula, gradients[name], uses.count(name), name not in uses[at + 1 :]
            )
            found.append(share)
        return found

    def gradients(self) -> dict[str, float]:
        """Compute the gradient of the loss with respect to every box but the target.

        Returns
        -------
        dict of str to float
        """
        return {"L": 1.0} | {share.edge[1]: share.total for share in self.shares()}

    def sentence(self) -> str:
        """Say the present step in words.

        Returns
        -------
        str
        """
        step, values, computed = min(self.step, self.last_step), self.values(), self._computed()
        if step == 0:
            given = ", ".join(f"{n.name} = {decimal(values[n.name])}" for n in self._graph if n.kind == "given")
            return f"Start. Given are {given}. Nothing is computed yet."
        where = f"Step {step} of {self.last_step}"
        if step <= len(computed):
            return f"{where}, forward: {_written(computed[step - 1], values)}."
        if step == len(computed) + 1:
            return f"{where}, the way back begins: ∂L/∂L = 1, for the loss rises exactly as fast as itself."
        share = self.shares()[step - len(computed) - 2]
        node, name = share.edge
        text = (
            f"{where}, backward from {node} to {name}: upstream ∂L/∂{node} = {decimal(share.upstream)}, times local "
            f"∂{node}/∂{name} = {share.written}, gives {decimal(share.product)}."
        )
        if share.uses > 1:
            so_far = "" if share.last else " so far"
            text += f" {name} is used {share.uses} times, so the shares are added: ∂L/∂{name} = {decimal(share.total)}{so_far}."
        else:
            text += f" That is ∂L/∂{name}."
        return text

    def still(self) -> str:
        """Draw the graph with the values and gradients known at the present step.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        step, values, computed = min(self.step, self.last_step), self.values(), self._computed()
        known = {n.name for n in self._graph if n.kind == "given"} | {n.name for n in computed[:step]}
        done = self.shares()[: max(0, step - len(computed) - 1)]
        gradients = ({"L": 1.0} if step > len(computed) else {}) | {share.edge[1]: share.total for share in done}
        places, parts = {n.name: n.at for n in self._graph}, []
        for node in self._graph:
            for name in node.inputs:
                active = bool(done) and done[-1].edge == (node.name, name)
                active |= 0 < step <= len(computed) and computed[step - 1] is node
                parts.append(_edge(places[name], node.at, active, back=step > len(computed)))
        now = done[-1].edge[1] if done else computed[step - 1].name if 0 < step <= len(computed) else ""
        for node in self._graph:
            left, top = node.at[0] - _WIDE / 2, node.at[1] - _HIGH / 2
            frame = {"stroke": MARK, "thick": 3} if node.name == now else {}
            parts.append(still.box(left, top, _WIDE, _HIGH, rx=3 if node.kind == "given" else 14, **frame))
            value = f" = {decimal(values[node.name])}" if node.name in known else ""
            shift = 0 if node.name in gradients else 6
            parts.append(still.text(node.at[0], node.at[1] - 4 + shift, node.name + value, anchor="middle", bold=True))
            if node.name in gradients:
                slope = f"∂L/∂{node.name} = {decimal(gradients[node.name])}"
                parts.append(still.text(node.at[0], node.at[1] + 14, slope, size=11, anchor="middle"))
        width, height = SIZES[self.graph]
        words = textwrap.wrap(self.sentence(), width // 7)
        parts += [still.text(16, height + 16 + 18 * k, line, size=13) for k, line in enumerate(words)]
        return still.document(width, height + 18 * len(words) + 10, parts, self.sentence())

    def _computed(self) -> list[Node]:
        return [node for node in self._graph if node.kind != "given"]


def _local(node: Node, k: int, values: dict[str, float]) -> tuple[float, str]:
    """The derivative of a box with respect to its input number k, and how it is written."""
    if node.kind == "weighted":
        if k == len(node.inputs) - 1 and len(node.inputs) % 2:
            return 1.0, "1"
        partner = node.inputs[k ^ 1]
        return values[partner], partner
    if node.kind == "sigmoid":
        y = values[node.name]
        return y * (1 - y), f"{node.name}·(1 − {node.name})"
    y, t = (values[name] for name in node.inputs)
    return y - t, "y − t"


def _written(node: Node, values: dict[str, float]) -> str:
    """A box's formula, the same with numbers, and its value."""
    names, numbers = node.inputs, [values[name] for name in node.inputs]
    if node.kind == "weighted":
        terms = [f"{a}·{b}" for a, b in zip(names[::2], names[1::2], strict=False)]
        filled = [f"{_factor(a)}·{_factor(b)}" for a, b in zip(numbers[::2], numbers[1::2], strict=False)]
        if len(names) % 2:
            terms.append(names[-1])
            filled.append(_factor(numbers[-1]))
        formula, digits = " + ".join(terms), " + ".join(filled)
    elif node.kind == "sigmoid":
        formula, digits = f"σ({names[0]})", f"σ({decimal(numbers[0])})"
    else:
        formula, digits = f"½·({names[0]} − {names[1]})²", f"½·({decimal(numbers[0])} − {_factor(numbers[1])})²"
    return f"{node.name} = {formula} = {digits} = {decimal(values[node.name])}"


def _edge(start: tuple[int, int], end: tuple[int, int], active: bool, *, back: bool) -> str:
    """A line between two boxes; the active one is heavy and has an arrowhead in the direction of travel."""
    line = (
        f'<path d="M{start[0]} {start[1]}L{end[0]} {end[1]}" stroke="{MARK if active else LINE}" '
        f'stroke-width="{3 if active else 1.3}"/>'
    )
    if not active:
        return line
    a, b = (np.array(end, float), np.array(start, float)) if back else (np.array(start, float), np.array(end, float))
    along = (b - a) / np.hypot(*(b - a))
    tip = (a + b) / 2 + 9 * along
    sides = [tip - 15 * along + side * 7 * np.array([-along[1], along[0]]) for side in (1, -1)]
    corners = "L".join(f"{x:.1f} {y:.1f}" for x, y in (tip, *sides))
    return f'{line}<path d="M{corners}z" fill="{MARK}"/>'


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
            f"Each step multiplies w1 by 1 − {eta}·{a} = {decimal(factors[0])} and w2 by 1 − {eta}·{b} = {decimal(factors[1])}. "
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
        inner.append(f'<rect x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12" fill="none" stroke="#1b1f24" stroke-width="2"/>')
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
