"""What batch, layer and group normalisation share: numbers that belong together are brought to mean 0 and variance 1.

The three differ only in which axes share one mean. A ``Layout`` says so in the letters of ``einsum``: "cnl" is an array of
channels, examples and places; with "c" kept, every channel has a mean of its own over all n and l.
"""

from math import prod
from typing import NamedTuple

import numpy as np

from dlkit.errors import ShapeError
from dlkit.shapes import axes_in_words, number

_CHUNK_BYTES = 2**21  # so much of an array stays in the cache through all the passes over it


class Layout(NamedTuple):
    """Which axes share one mean, and which have weights of their own.

    Attributes
    ----------
    axes : str
        One letter an axis of the array.
    kept : str
        The leading axes, those with a mean of their own; the mean is taken over the others.
    affine : str
        The axes of the weights and the offsets.
    """

    axes: str
    kept: str
    affine: str

    def along(self, values: np.ndarray, letters: str) -> np.ndarray:
        """Give ``values`` an axis of one for every letter it lacks, so that it stretches over the whole array."""
        sizes = dict(zip(letters, values.shape, strict=True))
        return values.reshape([sizes.get(letter, 1) for letter in self.axes])


BATCH = Layout("cnl", kept="c", affine="c")  # a mean for each channel, over examples and places
LAYER = Layout("nd", kept="n", affine="d")  # a mean for each example, over its features
GROUP = Layout("ngcl", kept="ng", affine="gc")  # a mean for each group of each example, over its channels and places


def _chunks(x: np.ndarray, layout: Layout):
    """Cut the first axis into pieces that fit the cache; yields a piece's slice, and that of the weights that go along."""
    size = max(1, _CHUNK_BYTES // max(1, prod(x.shape[1:]) * x.itemsize))
    for start in range(0, len(x), size):
        rows = slice(start, start + size)
        yield rows, rows if layout.axes[0] in layout.affine else slice(None)


def positive(where: str, eps) -> float:
    """Read ``eps``: a number above 0, for equal numbers have variance 0 and would be divided by it."""
    eps = number(where, "eps", eps)
    if not eps > 0:
        raise ValueError(f"{where}: eps is {eps:g}; give a small number above 0, it keeps equal numbers from a division by 0")
    return eps


def channel_letters(where: str, x, *, least: int = 2) -> str:
    """Name the axes of an array with channels: "N C", "N C L" or "N C H W"."""
    count = getattr(x, "ndim", 4)
    if not least <= count <= 4:
        known = ["(N, C)", "(N, C, L)", "(N, C, H, W)"][least - 2 :]
        raise ShapeError(f"{where}: x has {axes_in_words(count)}; give {' or '.join(known)}.\n  x = {tuple(x.shape)}")
    return ("N C", "N C L", "N C H W")[count - 2]


def normalize(x: np.ndarray, w: np.ndarray, b: np.ndarray | None, layout: Layout, eps: float):
    """Shift and scale numbers that share a mean to mean 0 and variance 1, then apply weights and offsets.

    y = (x − mean) / √(variance + eps) · w + b

    Parameters
    ----------
    x : np.ndarray, one axis a letter of ``layout.axes``
    w, b : np.ndarray, one axis a letter of ``layout.affine``
        ``b`` may be ``None``.
    layout : Layout
    eps : float

    Returns
    -------
    y, centred : np.ndarray, shape of ``x``
        The result, and x − mean.
    rstd : np.ndarray, one axis a letter of ``layout.kept``
        1 / √(variance + eps)

    Notes
    -----
    Numbers are measured from the first of those that share a mean before the mean is taken: far from zero, float32 has no
    digits left for the differences, and equal numbers become exactly 0. The variance is that of centred numbers; the
    formula mean(x²) − mean(x)² would lose every digit there.
    """
    axes, kept, affine = layout
    count = max(1, prod(x.shape[len(kept) :]))
    first = (slice(None),) * len(kept) + (slice(1),) * (len(axes) - len(kept))
    y, centred = np.empty_like(x), np.empty_like(x)
    rstd = np.empty(x.shape[: len(kept)], x.dtype)
    for rows, own in _chunks(x, layout):
        c = np.subtract(x[rows], x[rows][first], out=centred[rows])
        c -= layout.along(np.einsum(f"{axes}->{kept}", c) / count, kept)
        rstd[rows] = 1 / np.sqrt(np.einsum(f"{axes},{axes}->{kept}", c, c) / count + eps)
        np.multiply(c, layout.along(rstd[rows], kept) * layout.along(w[own], affine), out=y[rows])
        if b is not None:
            y[rows] += layout.along(b[own], affine)
    return y, centred, rstd


def normalize_backward(dy: np.ndarray, centred: np.ndarray, rstd: np.ndarray, w: np.ndarray, layout: Layout):
    """Send a gradient back through the scaling, the mean and the variance.

    dx = rstd · (w·dy − mean(w·dy) − centred · rstd² · mean(w·dy·centred)),  dw = Σ dy · centred · rstd,  db = Σ dy

    Parameters
    ----------
    dy, centred : np.ndarray, one axis a letter of ``layout.axes``
    rstd : np.ndarray, one axis a letter of ``layout.kept``
    w : np.ndarray, one axis a letter of ``layout.affine``
    layout : Layout

    Returns
    -------
    dx : np.ndarray, shape of ``dy``
    dw, db : np.ndarray, shape of ``w``
    """
    axes, kept, affine = layout
    count = max(1, prod(dy.shape[len(kept) :]))
    dx, dw, db = np.empty_like(centred), np.zeros_like(w), np.zeros_like(w)
    for rows, own in _chunks(dy, layout):
        g, c, r = dy[rows], centred[rows], rstd[rows]
        product = g * c
        dw[own] += np.einsum(f"{axes},{kept}->{affine}", product, r)
        db[own] += np.einsum(f"{axes}->{affine}", g)
        level = np.einsum(f"{axes},{affine}->{kept}", g, w[own]) / count * r
        slope = np.einsum(f"{axes},{affine}->{kept}", product, w[own]) / count * r**3
        np.multiply(g, layout.along(r, kept) * layout.along(w[own], affine), out=dx[rows])
        np.multiply(c, layout.along(slope, kept), out=product)  # the product has served: its memory takes what is subtracted
        product += layout.along(level, kept)
        dx[rows] -= product
    return dx, dw, db
