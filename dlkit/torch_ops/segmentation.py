"""Larger images from smaller ones in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def interpolate_forward(x: torch.Tensor, *, size=None, scale_factor=None, mode="nearest", align_corners=None):
    """Resize a batch of images, with ``torch.nn.functional.interpolate``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C, H, W)
    size, scale_factor, mode, align_corners
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (N, C, H_out, W_out)
    cache : tuple

    Lesson: 10_segmentation
    Source: torch.nn.functional.interpolate.
    """
    options = {"size": size, "scale_factor": scale_factor, "mode": mode, "align_corners": align_corners}
    return autograd.forward(functional.interpolate, x, **options)


def pixel_shuffle_forward(x: torch.Tensor, *, upscale_factor):
    """Turn channels into pixels, with ``torch.nn.functional.pixel_shuffle``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, C·r², H, W)
    upscale_factor : int

    Returns
    -------
    y : torch.Tensor, shape (N, C, H·r, W·r)
    cache : tuple

    Lesson: 10_segmentation
    Source: torch.nn.functional.pixel_shuffle.
    """
    return autograd.forward(functional.pixel_shuffle, x, upscale_factor=upscale_factor)


interpolate_backward = pixel_shuffle_backward = autograd.backward
