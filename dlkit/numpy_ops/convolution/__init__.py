"""Convolution of signals and images and its transpose, forward and backward."""

from dlkit.numpy_ops.convolution.columns import IMAGE, im2col, out_sizes, prepare
from dlkit.numpy_ops.convolution.images import conv2d_backward, conv2d_forward
from dlkit.numpy_ops.convolution.signals import conv1d_backward, conv1d_forward
from dlkit.numpy_ops.convolution.transposed import conv_transpose2d_backward, conv_transpose2d_forward, prepare_transposed
from dlkit.numpy_ops.windows import output_size

__all__ = [
    "conv1d_forward", "conv1d_backward", "conv2d_forward", "conv2d_backward", "conv_transpose2d_forward",
    "conv_transpose2d_backward", "im2col", "output_size", "IMAGE", "prepare", "prepare_transposed", "out_sizes",
]  # fmt: skip
