"""Pooling of signals and images in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def max_pool1d_forward(x: torch.Tensor, *, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Keep the largest number of every window, with ``torch.nn.functional.max_pool1d``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, L)
    kernel_size, stride, padding, dilation, ceil_mode
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (N, C, L_out)
    cache : tuple

    Lesson: 06_pooling
    Source: torch.nn.functional.max_pool1d.
    """
    return autograd.forward(
        functional.max_pool1d, x,
        kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode,
    )  # fmt: skip


def max_pool2d_forward(x: torch.Tensor, *, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Keep the largest number of every window, with ``torch.nn.functional.max_pool2d``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, H, W)
    kernel_size, stride, padding, dilation, ceil_mode
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (N, C, H_out, W_out)
    cache : tuple

    Lesson: 06_pooling
    Source: torch.nn.functional.max_pool2d.
    """
    return autograd.forward(
        functional.max_pool2d, x,
        kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode,
    )  # fmt: skip


def avg_pool1d_forward(x: torch.Tensor, *, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Take the mean of every window, with ``torch.nn.functional.avg_pool1d``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, L)
    kernel_size, stride, padding, ceil_mode, count_include_pad
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (N, C, L_out)
    cache : tuple

    Lesson: 06_pooling
    Source: torch.nn.functional.avg_pool1d.
    """
    return autograd.forward(
        functional.avg_pool1d, x,
        kernel_size=kernel_size, stride=stride, padding=padding, ceil_mode=ceil_mode, count_include_pad=count_include_pad,
    )  # fmt: skip


def avg_pool2d_forward(
    x: torch.Tensor, *, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """Take the mean of every window, with ``torch.nn.functional.avg_pool2d``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, H, W)
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (N, C, H_out, W_out)
    cache : tuple

    Lesson: 06_pooling
    Source: torch.nn.functional.avg_pool2d.
    """
    return autograd.forward(
        functional.avg_pool2d, x,
        kernel_size=kernel_size, stride=stride, padding=padding, ceil_mode=ceil_mode, count_include_pad=count_include_pad,
        divisor_override=divisor_override,
    )  # fmt: skip


def adaptive_avg_pool2d_forward(x: torch.Tensor, *, output_size):
    """Average images of any size down to one size, with ``torch.nn.functional.adaptive_avg_pool2d``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, H, W)
    output_size : int or pair of (int or None)

    Returns
    -------
    y : torch.Tensor, shape (N, C, H_out, W_out)
    cache : tuple

    Lesson: 06_pooling
    Source: torch.nn.functional.adaptive_avg_pool2d.
    """
    return autograd.forward(functional.adaptive_avg_pool2d, x, output_size=output_size)


def global_avg_pool2d_forward(x: torch.Tensor):
    """Take the mean of every channel, with ``torch.nn.functional.adaptive_avg_pool2d`` down to one pixel.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, H, W)

    Returns
    -------
    y : torch.Tensor, shape (N, C)
    cache : tuple

    Lesson: 06_pooling
    Source: torch.nn.functional.adaptive_avg_pool2d.
    """
    return autograd.forward(lambda x: functional.adaptive_avg_pool2d(x, 1).flatten(1), x)


def global_max_pool2d_forward(x: torch.Tensor):
    """Keep the largest number of every channel, with ``torch.nn.functional.adaptive_max_pool2d`` down to one pixel.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, H, W)

    Returns
    -------
    y : torch.Tensor, shape (N, C)
    cache : tuple

    Lesson: 06_pooling
    Source: torch.nn.functional.adaptive_max_pool2d.
    """
    return autograd.forward(lambda x: functional.adaptive_max_pool2d(x, 1).flatten(1), x)


max_pool1d_backward = max_pool2d_backward = avg_pool1d_backward = avg_pool2d_backward = autograd.backward
adaptive_avg_pool2d_backward = global_avg_pool2d_backward = global_max_pool2d_backward = autograd.backward
