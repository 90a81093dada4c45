"""Convolution of signals and images in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def conv1d_forward(
    x: torch.Tensor, w: torch.Tensor, b: torch.Tensor | None = None, *, stride=1, padding=0, dilation=1, groups=1
):
    """Slide C_out filters along a batch of signals, with ``torch.nn.functional.conv1d``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C_in, L)
    w : torch.Tensor, shape (C_out, C_in / groups, K)
    b : torch.Tensor, shape (C_out,), optional
    stride, padding, dilation, groups
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (N, C_out, L_out)
    cache : tuple

    Lesson: 05_convolution
    Source: torch.nn.functional.conv1d.
    """
    return autograd.forward(functional.conv1d, x, w, b, stride=stride, padding=padding, dilation=dilation, groups=groups)


def conv2d_forward(
    x: torch.Tensor, w: torch.Tensor, b: torch.Tensor | None = None, *, stride=1, padding=0, dilation=1, groups=1
):
    """Slide C_out filters over a batch of images, with ``torch.nn.functional.conv2d``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C_in, H, W)
    w : torch.Tensor, shape (C_out, C_in / groups, KH, KW)
    b : torch.Tensor, shape (C_out,), optional
    stride, padding, dilation, groups
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (N, C_out, H_out, W_out)
    cache : tuple

    Lesson: 05_convolution
    Source: torch.nn.functional.conv2d.
    """
    return autograd.forward(functional.conv2d, x, w, b, stride=stride, padding=padding, dilation=dilation, groups=groups)


def conv_transpose2d_forward(
    x: torch.Tensor, w: torch.Tensor, b: torch.Tensor | None = None, *,
    stride=1, padding=0, output_padding=0, groups=1, dilation=1,
):  # fmt: skip
    """Spread every pixel over a window of a larger image, with ``torch.nn.functional.conv_transpose2d``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C_in, H, W)
    w : torch.Tensor, shape (C_in, C_out / groups, KH, KW)
    b : torch.Tensor, shape (C_out,), optional
    stride, padding, output_padding, groups, dilation
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (N, C_out, H_out, W_out)
    cache : tuple

    Lesson: 10_segmentation
    Source: torch.nn.functional.conv_transpose2d.
    """
    options = {"stride": stride, "padding": padding, "output_padding": output_padding, "groups": groups, "dilation": dilation}
    return autograd.forward(functional.conv_transpose2d, x, w, b, **options)


conv1d_backward = conv2d_backward = conv_transpose2d_backward = autograd.backward
