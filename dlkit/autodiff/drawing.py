"""The tape as a graph: as plain data, and drawn from left to right with its values and gradients."""

from collections import defaultdict
from html import escape
from itertools import count, pairwise
from typing import NamedTuple

import numpy as np

from dlkit import svg
from dlkit.autodiff.tape import Variable, topological_order

_SYMBOLS = {
    "add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "matmul": "@", "negate": "−", "select": "[ ]",
}  # fmt: skip
_GAP, _LINE, _BOX, _LANE = 34, 16, 60, 18  # pixels between columns, a line of text, a box, an arrow that passes a column by


class Node(NamedTuple):
    """One variable of a graph.

    Attributes
    ----------
    name, op : str
        As the variable's; either may be empty.
    shape : tuple of int
    value : np.ndarray
    grad : np.ndarray or None
    """

    name: str
    op: str
    shape: tuple[int, ...]
    value: np.ndarray
    grad: np.ndarray | None


class Graph(NamedTuple):
    """All that a variable was computed from.

    Attributes
    ----------
    nodes : list of Node
        Each after those it was computed from; the variable itself is the last.
    edges : list of (int, int)
        Positions in ``nodes``: from, to. Twice where a node is used twice in one operation.
    """

    nodes: list[Node]
    edges: list[tuple[int, int]]


class Drawing(str):
    """An ``<svg>`` element as text, which a notebook shows as the picture."""

    def __new__(cls, text: str, alt: str):
        """Keep the sentence that says what the picture shows beside the picture."""
        drawing = super().__new__(cls, text)
        drawing.alt = alt
        return drawing

    def __repr__(self) -> str:
        """The picture in words."""
        return self.alt

    def _repr_svg_(self) -> str:
        return str(self)


def graph(result: Variable) -> Graph:
    """List the variables that a result was computed from, and the arrows between them.

    Parameters
    ----------
    result : Variable

    Returns
    -------
    Graph
        A copy of names and positions; the values and gradients are the variables' own arrays.
    """
    order = [variable for variable in topological_order(result) if not isinstance(variable.value, tuple)]
    at = {variable: k for k, variable in enumerate(order)}
    nodes = [Node(v.name, v.op, v.shape, v.value, v.grad) for v in order]
    return Graph(nodes, [(at[parent], at[v]) for v in order for parent in _parents(v)])


def _parents(variable: Variable) -> list[Variable]:
    """The parents; where an operation has several results, each of them has all its parents."""
    return [one for p in variable.parents for one in (p.parents if isinstance(p.value, tuple) else (p,))]


def draw(result: Variable) -> Drawing:
    """Draw how a result was computed, from left to right, each box with its value and, after ``backward``, its gradient.

    Parameters
    ----------
    result : Variable
        About a dozen variables can be read; more are drawn too.

    Returns
    -------
    Drawing
        Arrays of up to three numbers are written out; of larger ones the shape is given, and after ± the mean size of a number.
    """
    nodes, edges = graph(result)
    texts = [_texts(node) for node in nodes]
    depth = _depths(len(nodes), edges)
    columns, paths = _columns(depth, edges)
    widths = [max((_width(texts[k]) for k in column if k < len(nodes)), default=0) for column in columns]
    lefts = [_GAP / 2 + sum(widths[:d]) + _GAP * d for d in range(len(widths))]
    heights = [sum(_height(k, len(nodes)) for k in column) for column in columns]
    middles = _middles(columns, heights, len(nodes))
    parts = [_arrow(path, depth, lefts, widths, middles) for path in paths]
    for k, (node, lines) in enumerate(zip(nodes, texts, strict=True)):
        parts.append(_box(lines, lefts[depth[k]], middles[k], widths[depth[k]], made=bool(node.op), last=k == len(nodes) - 1))
    several = "1 variable" if len(nodes) == 1 else f"{len(nodes)} variables"
    alt = f"A computation graph of {several}, from left to right: {'; '.join(', '.join(lines) for lines in texts)}."
    return Drawing(svg.document(lefts[-1] + widths[-1] + _GAP / 2, max(heights) + 8, parts, alt), alt)


def _texts(node: Node) -> list[str]:
    """The lines of a box: what it is, its value, its gradient."""
    made = " ".join(_SYMBOLS.get(word, word) for word in node.op.split())
    title = " = ".join(part for part in (node.name, made) if part) or "input"
    lines = [title if node.value.size <= 3 else f"{title} {node.shape}", f"value {_numbers(node.value)}"]
    return lines if node.grad is None else [*lines, f"gradient {_numbers(node.grad)}"]


def _numbers(array: np.ndarray) -> str:
    if array.size <= 3:
        return ", ".join(map(svg.number, array.ravel()))
    return f"±{svg.number(float(np.abs(array).mean()))}"


def _depths(nodes: int, edges: list) -> list[int]:
    """The column of each node: right of all its parents, and what has no parents close to where it is used first."""
    depth = [0] * nodes
    for parent, child in edges:  # in topological order of the children
        depth[child] = max(depth[child], depth[parent] + 1)
    inner = {child for _, child in edges}
    for k in set(range(nodes)) - inner:
        depth[k] = min((depth[child] for parent, child in edges if parent == k), default=1) - 1
    return depth


def _columns(depth: list[int], edges: list) -> tuple[list[list[int]], list[list[int]]]:
    """What stands in each column from top to bottom, and each arrow as the row of what it passes.

    An arrow over several columns gets a lane, a number beyond the nodes', in each column between, so that it crosses no box.
    Columns are sorted by where their neighbours stand (Sugiyama, Tagawa and Toda, 1981), to and fro.
    """
    columns = [[k for k, d in enumerate(depth) if d == column] for column in range(max(depth) + 1)]
    lanes, paths = count(len(depth)), []
    before, after = defaultdict(list), defaultdict(list)  # neighbours on the left and on the right
    for parent, child in dict.fromkeys(edges):  # a node used twice in one operation needs one arrow
        passed = [(d, next(lanes)) for d in range(depth[parent] + 1, depth[child])]
        for d, lane in passed:
            columns[d].append(lane)
        paths.append([parent, *(lane for _, lane in passed), child])
        for left, right in pairwise(paths[-1]):
            before[right].append(left)
            after[left].append(right)
    places = {}
    for neighbours, sweep in [(before, columns), (after, columns[::-1])] * 2:
        for column in sweep:
            column.sort(key=lambda k: np.mean([places.get(n, 0) for n in neighbours[k]] or [0]))
            places |= {k: i - (len(column) - 1) / 2 for i, k in enumerate(column)}
    return columns, paths


def _height(k: int, nodes: int) -> int:
    return _BOX + _LINE if k < nodes else _LANE


def _middles(columns, heights, nodes: int) -> dict[int, float]:
    """The height at which the middle of everything stands; columns are centred on one line."""
    middles = {}
    for column, height in zip(columns, heights, strict=True):
        top = 4 + (max(heights) - height) / 2
        for k in column:
            middles[k] = top + _height(k, nodes) / 2
            top += _height(k, nodes)
    return middles


def _width(lines: list[str]) -> float:
    return max(46, *(6.6 * len(line) + 16 for line in lines))


def _box(lines: list[str], left: float, middle: float, width: float, *, made: bool, last: bool) -> str:
    """A box with its lines; round where an operation made it, with a heavy frame where it is the result."""
    frame = f'stroke="{svg.INK}" stroke-width="2.5"' if last else f'stroke="{svg.LINE}"'
    box = (
        f'<rect x="{left:g}" y="{middle - _BOX / 2:g}" width="{width:g}" height="{_BOX}" rx="{14 if made else 2}" '
        f'fill="{"#ffffff" if made else "#eaf2f8"}" {frame}/>'
    )
    first = middle - _LINE * (len(lines) - 1) / 2 + 4
    rows = [
        f'<text x="{left + width / 2:g}" y="{first + _LINE * row:g}" text-anchor="middle" '
        f'font-weight="{400 if row else 600}">{escape(line)}</text>'
        for row, line in enumerate(lines)
    ]
    return box + "".join(rows)


def _arrow(path, depth, lefts, widths, middles) -> str:
    """A curve from the right of one box to the left of another, level where it passes a column by."""
    first, last = depth[path[0]], depth[path[-1]]
    x, y = lefts[first] + widths[first], middles[path[0]]
    curve = f"M{x:g} {y:g}"
    for column, k in enumerate(path[1:], first + 1):
        left, level = lefts[column], middles[k]
        end = left - 7 if column == last else left  # room for the arrowhead
        curve += f"C{(x + end) / 2:g} {y:g} {(x + end) / 2:g} {level:g} {end:g} {level:g}"
        if column < last:
            x, y = left + widths[column], level
            curve += f"H{x:g}"
    head = f"M{left:g} {level:g}l-8 -4v8z"
    return f'<path d="{curve}" fill="none" stroke="{svg.LINE}" stroke-width="1.5"/><path d="{head}" fill="{svg.INK}"/>'
