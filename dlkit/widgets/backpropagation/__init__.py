"""What moves in lesson 02: the chain rule one edge at a time, and the walk down a loss surface."""

from dlkit.widgets.backpropagation.descent import Descent
from dlkit.widgets.backpropagation.graph import GraphStepper

__all__ = ["Descent", "GraphStepper"]
