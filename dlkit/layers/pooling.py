"""Pooling as layers: operations without parameters; options come by position or by name, ``MaxPool2d(3, stride=2)``."""

from dlkit.layers.layer import Layer
from dlkit.numpy_ops import pooling as ops
from dlkit.numpy_ops import segmentation


class MaxPool1d(Layer):
    """The largest number of every window of a signal."""

    pair = ops.max_pool1d_forward, ops.max_pool1d_backward


class MaxPool2d(Layer):
    """The largest number of every window of an image."""

    pair = ops.max_pool2d_forward, ops.max_pool2d_backward


class AvgPool1d(Layer):
    """The mean of every window of a signal."""

    pair = ops.avg_pool1d_forward, ops.avg_pool1d_backward


class AvgPool2d(Layer):
    """The mean of every window of an image."""

    pair = ops.avg_pool2d_forward, ops.avg_pool2d_backward


class AdaptiveAvgPool2d(Layer):
    """Means over as many windows as ``output_size`` says, whatever the size of the image."""

    pair = ops.adaptive_avg_pool2d_forward, ops.adaptive_avg_pool2d_backward


class GlobalAvgPool2d(Layer):
    """The mean of every channel: (N, C, H, W) becomes (N, C)."""

    pair = ops.global_avg_pool2d_forward, ops.global_avg_pool2d_backward


class Upsample(Layer):
    """A larger image, its new pixels copied or blended from the old: ``scale_factor``, ``mode``."""

    pair = segmentation.interpolate_forward, segmentation.interpolate_backward


class PixelShuffle(Layer):
    """Channels laid out as pixels: ``upscale_factor``."""

    pair = segmentation.pixel_shuffle_forward, segmentation.pixel_shuffle_backward
