"""What every loss does before and after its formula: check the pair, reduce its terms to one number, share out the gradient."""

from math import prod

import numpy as np

from dlkit.errors import ShapeError
from dlkit.shapes import expect_floats, expect_same_shape, expect_upstream, one_of


def expect_pair(where: str, x, target, *, reduction: str, choices: tuple[str, ...] = ("none", "sum", "mean"), w=None) -> None:
    """Insist on a target, and a weight if there are weights, for each number of ``x``, and on a known reduction.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    x, target, w : np.ndarray
        ``w`` may be ``None``.
    reduction : str
    choices : tuple of str
        The reductions there are.

    Raises
    ------
    ShapeError
        When shapes differ. PyTorch stretches ``x`` and ``target`` to fit each other and only warns.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For another reduction.
    """
    try:
        expect_same_shape(where, x=x, target=target, w=w)
    except ShapeError as error:
        why = "Stretched to fit, numbers would meet targets that are not theirs, and the loss would look plausible."
        same = tuple(x.shape) != tuple(target.shape) and prod(x.shape) == prod(target.shape)  # as many numbers, in other rows
        tip = " If the numbers are in order, try target.reshape(x.shape)." if same else ""
        raise ShapeError(f"{error}\n{why}{tip}") from None
    expect_floats(where, x=x, target=target, w=w)
    one_of(where, "reduction", reduction, *choices)


def reduce(losses: np.ndarray, reduction: str, count) -> np.ndarray:
    """Keep the terms of a loss ("none"), add them up ("sum") or divide their sum by ``count`` (any "mean")."""
    if reduction == "none":
        return losses
    total = losses.sum()
    if reduction == "sum":
        return total
    with np.errstate(divide="ignore", invalid="ignore"):  # the mean of nothing is nan, as in PyTorch
        return total / losses.dtype.type(count)


def share(where: str, dy, shape: tuple[int, ...], dtype, reduction: str, count) -> np.ndarray:
    """Check the upstream gradient of a reduced loss, and say how much of it each term gets.

    Parameters
    ----------
    where : str
        The backward's name; it opens the messages.
    dy : np.ndarray, or a Python number where the loss is one
    shape : tuple of int
        Of the terms.
    dtype : np.dtype
    reduction : str
    count : float
        What the sum was divided by.

    Returns
    -------
    np.ndarray
        Of that shape, or one number for all terms.

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the loss's shape or dtype.
    """
    dy = expect_upstream(where, dy, shape if reduction == "none" else (), dtype)
    if reduction in ("none", "sum"):
        return dy
    return dy / dtype.type(count) if count else np.zeros_like(dy)  # in a mean of nothing, no term has a part
