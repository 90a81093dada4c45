"""How the cost of an operation grows when one of its sizes doubles."""

from math import log2

import numpy as np

from dlkit.bench.operations import compare
from dlkit.cases import Case


def _conv(batch=32, channels=32, side=16):
    return Case("", ((batch, channels, side, side), (channels, channels, 3, 3), (channels,)), {"padding": 1})


def _lstm(length):
    weights = ((512, 64), (512, 128), (512,), (512,))
    return Case("", ((16, length, 64), None, None, None, *weights))


def _attention(length):
    return Case("", ((4, 4, length, 32),) * 3)


#: What grows: its sizes, the operation, and the case of each size.
GROWTHS = {
    "convolution, batch": ((8, 16, 32, 64), "conv2d", lambda size: _conv(batch=size)),
    "convolution, channels": ((16, 32, 64, 128), "conv2d", lambda size: _conv(channels=size)),
    "convolution, side": ((8, 16, 32, 64), "conv2d", lambda size: _conv(side=size)),
    "LSTM, length": ((16, 32, 64, 128), "lstm", _lstm),
    "attention, length": ((128, 256, 512, 1024), "scaled_dot_product_attention", _attention),
}


def grow(name: str, *, seconds: float, rng: np.random.Generator) -> dict:
    """Time one operation at sizes that double.

    Parameters
    ----------
    name : str
        A key of ``GROWTHS``.
    seconds : float
        For each contender and size.
    rng : np.random.Generator

    Returns
    -------
    dict
        "sizes"; "NumPy" and "PyTorch", milliseconds at each; "exponents", the pair of powers by which the cost grew in the
        last doubling: 1 where it doubled, 2 where it grew fourfold.
    """
    sizes, op, case = GROWTHS[name]
    times = [compare(op, case(size), seconds=seconds, rng=rng) for size in sizes]
    ours, theirs = ([row[contender] for row in times] for contender in ("NumPy", "PyTorch, CPU"))
    exponents = [log2(row[-1] / row[-2]) for row in (ours, theirs)]
    return {"sizes": list(sizes), "NumPy": ours, "PyTorch": theirs, "exponents": exponents}
