"""How near one image is to another."""

from math import inf, log10

import numpy as np

from dlkit.errors import ShapeError
from dlkit.shapes import expect_floats, expect_same_shape, number


def psnr(x: np.ndarray, target: np.ndarray, *, peak: float | None = None) -> float:
    """Measure how near an image is to another, in decibels: peak signal-to-noise ratio.

    PSNR = 10 · log₁₀(peak² / mean((x − target)²))

    Parameters
    ----------
    x : np.ndarray, any shape
        An image, or several.
    target : np.ndarray, shape and dtype of ``x``
        What it should be.
    peak : float, optional
        The brightest value there can be; by default 255 for whole numbers of eight bits and 1 for floating-point numbers.

    Returns
    -------
    float
        ∞ for equal images; about 30 is a fair photograph, 40 one that is hard to tell from the original.

    Raises
    ------
    ShapeError
        When the shapes differ, or there is nothing to compare.
    TypeError
        When the dtypes differ, or are neither uint8 nor floating-point.
    ValueError
        When ``peak`` is not above 0.

    Notes
    -----
    The difference is taken in float64: in uint8, 3 − 5 would be 254.

    Lesson: 10_segmentation
    Source: Wang and Bovik, 2009, Mean squared error: love it or leave it?, IEEE Signal Processing Magazine 26(1).
    """
    expect_same_shape("psnr", x=x, target=target)
    if not x.dtype == target.dtype == np.uint8:
        expect_floats("psnr", x=x, target=target)
    if x.size == 0:
        raise ShapeError(f"psnr: x is empty, shape {x.shape}; there is nothing to compare")
    peak = (255.0 if x.dtype == np.uint8 else 1.0) if peak is None else number("psnr", "peak", peak, least=0)
    if peak == 0:
        raise ValueError("psnr: peak is 0; give the brightest value there can be, such as 1 or 255")
    error = float(np.mean((x.astype(np.float64) - target) ** 2))
    return inf if error == 0 else 10 * log10(peak**2 / error)
