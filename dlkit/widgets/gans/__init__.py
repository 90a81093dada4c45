"""What moves in lesson 19."""

from dlkit.widgets.gans.ring import LiveRing

__all__ = ["LiveRing"]
