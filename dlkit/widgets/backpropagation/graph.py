"""The chain rule, one edge at a time."""

import textwrap
from typing import NamedTuple

import numpy as np
import traitlets

from dlkit.numpy_ops.activations import logistic
from dlkit.svg import LINE, MARK
from dlkit.widgets import _still as still
from dlkit.widgets._decimals import decimal
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
        Node("x1", "given", (), (62, 130)),
        Node("x2", "given", (), (62, 390)),
        Node("w11", "given", (), (196, 36)),
        Node("w21", "given", (), (196, 190)),
        Node("w12", "given", (), (196, 330)),
        Node("w22", "given", (), (196, 484)),
        Node("w31", "given", (), (505, 36)),
        Node("w32", "given", (), (505, 484)),
        Node("t", "given", (), (816, 390)),
        Node("s1", "weighted", ("w11", "x1", "w21", "x2"), (350, 130)),
        Node("s2", "weighted", ("w12", "x1", "w22", "x2"), (350, 390)),
        Node("h1", "sigmoid", ("s1",), (505, 130)),
        Node("h2", "sigmoid", ("s2",), (505, 390)),
        Node("s3", "weighted", ("w31", "h1", "w32", "h2"), (660, 260)),
        Node("y", "sigmoid", ("s3",), (816, 260)),
        Node("L", "half_square", ("y", "t"), (972, 260)),
    ),
}
NUMBERS = {
    "neuron": {"x": 2.0, "w": 0.5, "b": -1.0, "t": 1.0},
    "network": {
        "x1": 1.0, "x2": 2.0, "t": 1.0, "w11": 0.5, "w21": -0.25, "w12": 0.3, "w22": 0.1, "w31": 0.4, "w32": -0.6,
    },
}  # fmt: skip
SIZES = {"neuron": (816, 260), "network": (1036, 520)}
_WIDE, _HIGH = 118, 46


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
                slope = f"d{node.name} = {decimal(gradients[node.name])}"
                parts.append(still.text(node.at[0], node.at[1] + 15, slope, size=12, anchor="middle"))
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
