"""What moves in lesson 13: a network unrolled step by step, and the length of its gradient over time."""

from dlkit.widgets.recurrent_networks.gradient import GradientThroughTime
from dlkit.widgets.recurrent_networks.unrolled import UnrolledStepper

__all__ = ["GradientThroughTime", "UnrolledStepper"]
