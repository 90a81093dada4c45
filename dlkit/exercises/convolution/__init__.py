"""Exercises of lesson 05, in the order of the lesson."""

from dlkit.exercises.convolution.gradients import conv2d_backward
from dlkit.exercises.convolution.images import conv2d, conv2d_im2col, sobel_magnitude
from dlkit.exercises.convolution.windows import convolve1d, count_conv_parameters, output_size, pad2d

__all__ = [
    "convolve1d",
    "output_size",
    "pad2d",
    "conv2d",
    "count_conv_parameters",
    "sobel_magnitude",
    "conv2d_im2col",
    "conv2d_backward",
]
