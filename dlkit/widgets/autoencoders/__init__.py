"""What moves in lesson 17: the width of the bottleneck, and a plane of codes with its decoder."""

from dlkit.widgets.autoencoders.bottleneck import Bottleneck
from dlkit.widgets.autoencoders.latent_plane import LatentPlane

__all__ = ["Bottleneck", "LatentPlane"]
