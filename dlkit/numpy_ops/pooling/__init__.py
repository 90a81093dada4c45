"""Pooling of signals and images: the largest or the mean number of every window."""

from dlkit.numpy_ops.pooling.average import (
    adaptive_avg_pool2d_backward,
    adaptive_avg_pool2d_forward,
    avg_pool1d_backward,
    avg_pool1d_forward,
    avg_pool2d_backward,
    avg_pool2d_forward,
    counts,
    global_avg_pool2d_backward,
    global_avg_pool2d_forward,
)
from dlkit.numpy_ops.pooling.cells import IMAGE, prepare
from dlkit.numpy_ops.pooling.maximum import (
    global_max_pool2d_backward,
    global_max_pool2d_forward,
    max_pool1d_backward,
    max_pool1d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
)

__all__ = [
    "max_pool1d_forward", "max_pool1d_backward", "max_pool2d_forward", "max_pool2d_backward",
    "avg_pool1d_forward", "avg_pool1d_backward", "avg_pool2d_forward", "avg_pool2d_backward",
    "adaptive_avg_pool2d_forward", "adaptive_avg_pool2d_backward",
    "global_avg_pool2d_forward", "global_avg_pool2d_backward", "global_max_pool2d_forward", "global_max_pool2d_backward",
    "IMAGE", "counts", "prepare",
]  # fmt: skip
