"""Convolution of signals and images, forward and backward."""

from dlkit.numpy_ops.convolution.images import *  # noqa: F403
from dlkit.numpy_ops.convolution.images import IMAGE
