"""Layers: an operation together with its parameters and its last cache, and layers made of layers.

A new layer is two or three lines; :class:`Layer` shows how.
"""

from dlkit.layers.containers import Flatten, Residual, Sequential
from dlkit.layers.layer import Layer
from dlkit.layers.weights import Conv1d, Conv2d, Linear

__all__ = ["Layer", "Sequential", "Residual", "Flatten", "Linear", "Conv1d", "Conv2d"]
