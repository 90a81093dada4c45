"""The last step of a loss, forward and backward: the terms of a batch become one number, and its gradient is shared out."""

from math import prod

import numpy as np

from dlkit.shapes import expect_upstream, one_of


def expect_reduction(where: str, reduction: str, *others: str) -> None:
    """Insist on "none", "sum" or "mean", or one of ``others``; ``where`` opens the message, ``reduction`` is the option."""
    one_of(where, "reduction", reduction, "none", "sum", "mean", *others)


def reduce(losses: np.ndarray, reduction: str, count=None) -> np.ndarray:
    """Keep the terms of a loss ("none"), add them up ("sum") or average them (any "mean").

    Parameters
    ----------
    losses : np.ndarray, any shape
    reduction : str
    count : float, optional
        What a mean divides by; by default the number of terms.

    Returns
    -------
    np.ndarray, shape (), with ``reduction="none"`` that of ``losses``
        The mean of nothing is nan, as in PyTorch.
    """
    if reduction == "none":
        return losses
    total = losses.sum()
    if reduction == "sum":
        return total
    with np.errstate(divide="ignore", invalid="ignore"):
        return total / losses.dtype.type(losses.size if count is None else count)


def share(where: str, dy, shape: tuple[int, ...], dtype: np.dtype, reduction: str, count=None) -> np.ndarray:
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
    count : float, optional
        What the mean divided by; by default the number of terms.

    Returns
    -------
    np.ndarray, of that shape
        In a mean of nothing no term has a part: zeros.

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the loss's shape or dtype.
    """
    dy = expect_upstream(where, dy, shape if reduction == "none" else (), dtype)
    if reduction not in ("none", "sum"):
        count = prod(shape) if count is None else count
        dy = dy / dtype.type(count) if count else np.zeros_like(dy)
    return np.broadcast_to(dy, shape)
