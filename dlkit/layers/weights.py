"""Layers with weights, drawn as PyTorch draws them unless told otherwise."""

from collections.abc import Callable
from math import prod

import numpy as np

from dlkit.layers.layer import Layer
from dlkit.numpy_ops import convolution
from dlkit.numpy_ops.neurons import linear_backward, linear_forward
from dlkit.shapes import per_axis, whole


def _drawn(shape: tuple[int, ...], offsets: int, rng: np.random.Generator, dtype, init: Callable | None) -> dict:
    """Weights, and so many offsets; ``None`` for 0.

    By default both are uniform in ±1/√fan_in, with fan_in = D_in, or C_in/groups·KH·KW, as in PyTorch.
    """
    if init is not None:
        return {"weight": init(shape, rng=rng, dtype=dtype), "bias": np.zeros(offsets, dtype) if offsets else None}
    bound = 1 / np.sqrt(prod(shape[1:]))
    return {
        "weight": rng.uniform(-bound, bound, shape).astype(dtype),
        "bias": rng.uniform(-bound, bound, offsets).astype(dtype) if offsets else None,
    }


class Linear(Layer):
    """A layer of neurons.

    Parameters
    ----------
    d_in, d_out : int
        Features in and out.
    rng : np.random.Generator
        Draws the parameters.
    bias : bool
        Whether there is an offset a neuron.
    init : callable, optional
        Draws the weights instead, ``he_normal`` of ``dlkit.init`` say: ``init(shape, rng=rng, dtype=dtype)``. Offsets are
        then zero.
    dtype : np.dtype

    Raises
    ------
    ShapeError, TypeError
        When a size is not a whole number of at least one.

    Lesson: 01_neurons
    """

    pair = linear_forward, linear_backward

    def __init__(self, d_in: int, d_out: int, *, rng: np.random.Generator, bias=True, init=None, dtype=np.float32):
        shape = whole("Linear", "d_out", d_out, least=1), whole("Linear", "d_in", d_in, least=1)
        super().__init__(parameters=_drawn(shape, bias * shape[0], rng, dtype, init))


class _Convolution(Layer):
    sides: tuple[str, ...] = ()
    transposed = False

    def __init__(self, c_in, c_out, kernel_size, *, rng, bias=True, init=None, dtype=np.float32, **options):
        groups = whole(self.kind, "groups", options.get("groups", 1), least=1)
        for name, channels in (("c_in", c_in), ("c_out", c_out)):
            if whole(self.kind, name, channels, least=1) % groups:
                raise ValueError(f"{self.kind}: {name} is {channels}, which groups={groups} does not divide")
        kernel = per_axis(self.kind, "kernel_size", kernel_size, least=1, sides=self.sides)
        shape = (c_in, c_out // groups, *kernel) if self.transposed else (c_out, c_in // groups, *kernel)
        super().__init__(parameters=_drawn(shape, bias * c_out, rng, dtype, init), **options)


class Conv1d(_Convolution):
    """Filters that slide along signals.

    Parameters
    ----------
    c_in, c_out : int
        Channels in, and filters.
    kernel_size : int
        Cells of a filter.
    rng, bias, init, dtype
        As in :class:`Linear`.
    stride, padding, dilation, groups
        As in :func:`dlkit.numpy_ops.convolution.conv1d_forward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        When a size is not a whole number of at least one, or groups do not divide the channels.

    Lesson: 05_convolution
    """

    pair = convolution.conv1d_forward, convolution.conv1d_backward
    sides = ("length",)


class Conv2d(_Convolution):
    """Filters that slide over images.

    Parameters
    ----------
    c_in, c_out : int
        Channels in, and filters.
    kernel_size : int or pair of int
        Pixels of a filter: (KH, KW).
    rng, bias, init, dtype
        As in :class:`Linear`.
    stride, padding, dilation, groups
        As in :func:`dlkit.numpy_ops.convolution.conv2d_forward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        When a size is not a whole number of at least one, or groups do not divide the channels.

    Lesson: 05_convolution
    """

    pair = convolution.conv2d_forward, convolution.conv2d_backward
    sides = ("height", "width")


class ConvTranspose2d(_Convolution):
    """Filters that every pixel stamps onto a larger image.

    Parameters
    ----------
    c_in, c_out : int
        Channels in and out.
    kernel_size : int or pair of int
        Pixels of a filter: (KH, KW).
    rng, bias, init, dtype
        As in :class:`Linear`.
    stride, padding, output_padding, groups, dilation
        As in :func:`dlkit.numpy_ops.convolution.conv_transpose2d_forward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        When a size is not a whole number of at least one, or groups do not divide the channels.

    Lesson: 10_segmentation
    """

    pair = convolution.conv_transpose2d_forward, convolution.conv_transpose2d_backward
    sides = ("height", "width")
    transposed = True
