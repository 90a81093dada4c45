"""Automatic differentiation in reverse: a tape of variables, on which any operation of the course can be recorded."""

from dlkit.autodiff.drawing import Drawing, Graph, Node, draw, graph
from dlkit.autodiff.primitives import unbroadcast
from dlkit.autodiff.tape import Variable, lift, no_tape, topological_order

__all__ = [
    "Variable", "lift", "no_tape", "topological_order", "unbroadcast", "graph", "draw", "Graph", "Node", "Drawing",
]  # fmt: skip
