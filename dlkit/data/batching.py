"""Mini-batches."""

from collections.abc import Iterator

import numpy as np

from dlkit.errors import ShapeError


def batches(rng: np.random.Generator, x: np.ndarray, y: np.ndarray, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Go once through a data set in a new random order, a mini-batch at a time.

    Parameters
    ----------
    rng : np.random.Generator
        Where the order comes from.
    x : np.ndarray, shape (N, ...)
        Inputs.
    y : np.ndarray, shape (N, ...)
        Targets, one for each input.
    size : int
        Inputs in a mini-batch; the last one holds the rest.

    Returns
    -------
    iterator of (np.ndarray, np.ndarray)
        Pairs of shape (size, ...).

    Raises
    ------
    ShapeError
        When x and y differ in N.
    ValueError
        When size is not a positive whole number.
    """
    if len(x) != len(y):
        raise ShapeError(
            f"batches: N is {len(x)} in x but {len(y)} in y.\n  x (N, ...) = {np.shape(x)}\n  y (N, ...) = {np.shape(y)}\n"
            "Every input needs one target: take both from the same split."
        )
    if size != int(size) or size < 1:
        raise ValueError(f"batches: size is {size}; it must be a whole number of at least 1, such as 32.")
    order = rng.permutation(len(x))  # (N,)
    return ((x[rows], y[rows]) for rows in (order[i : i + int(size)] for i in range(0, len(order), int(size))))
