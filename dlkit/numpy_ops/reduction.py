"""The last step of a loss, forward and backward: the terms of a batch become one number, and its gradient is shared out."""

import numpy as np

from dlkit.shapes import expect_upstream, one_of

REDUCTIONS = ("mean", "sum", "none")


def expect_reduction(where: str, reduction: str) -> None:
    """Insist on "mean", "sum" or "none"; ``where`` opens the message, ``reduction`` is the option."""
    one_of(where, "reduction", reduction, *REDUCTIONS)


def reduce(losses: np.ndarray, reduction: str):
    """Average the terms of a loss ("mean"), add them up ("sum") or keep them ("none").

    Parameters
    ----------
    losses : np.ndarray, any shape
    reduction : {"mean", "sum", "none"}

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
    return total / losses.dtype.type(losses.size) if losses.size else losses.dtype.type(np.nan)


def share(where: str, dy, shape: tuple[int, ...], dtype: np.dtype, reduction: str) -> np.ndarray:
    """Check the upstream gradient of a reduced loss, and say how much of it each term gets.

    Parameters
    ----------
    where : str
        The backward's name; it opens the messages.
    dy : np.ndarray, or a Python number where the loss is one
    shape : tuple of int
        Of the terms.
    dtype : np.dtype
    reduction : {"mean", "sum", "none"}

    Returns
    -------
    np.ndarray, of that shape

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the loss's shape or dtype.
    """
    dy = expect_upstream(where, dy, shape if reduction == "none" else (), dtype)
    terms = int(np.prod(shape)) if reduction == "mean" else 1
    return np.broadcast_to(dy / dtype.type(max(terms, 1)), shape)
