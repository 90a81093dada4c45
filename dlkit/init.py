"""Initial weights: random numbers whose spread keeps signals and gradients of a deep network at one size.

Every function takes a shape and an ``rng`` and returns a fresh array, so that one can stand in another's place. Weights are
laid out as PyTorch lays them out: (D_out, D_in), (C_out, C_in, KH, KW).
"""

from math import prod, sqrt

import numpy as np

from dlkit.errors import ShapeError
from dlkit.shapes import number, one_of, whole

_GAINS = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": sqrt(2)}


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Count the numbers that one output is made of, and the outputs that one input goes into.

    fan_in = D_in · KH · KW,  fan_out = D_out · KH · KW

    Parameters
    ----------
    shape : tuple of int
        (D_out, D_in), or (C_out, C_in, …) of a convolution.

    Returns
    -------
    fan_in, fan_out : int

    Raises
    ------
    ShapeError
        When there are fewer than two axes, or one of them has no cells.

    Lesson: 04_training
    Source: Glorot and Bengio, 2010, Understanding the difficulty of training deep feedforward neural networks, section 4.2.
    """
    return _fans("fans", _sizes("fans", shape))


def gain(activation: str, *, negative_slope: float = 0.01) -> float:
    """Say by how much weights must be larger to make up for what an activation takes away.

    relu: √2, for half of the signal is lost; leaky_relu: √(2 / (1 + negative_slope²)); tanh: 5/3; sigmoid and linear: 1

    Parameters
    ----------
    activation : str
        "linear", "sigmoid", "tanh", "relu" or "leaky_relu".
    negative_slope : float
        Of the leaky ReLU.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        When the activation is none of these.

    Notes
    -----
    The numbers are those of ``torch.nn.init.calculate_gain``. That of ReLU is derived; 5/3 for tanh is a rule of thumb.

    Lesson: 04_training
    Source: He, Zhang, Ren and Sun, 2015, Delving deep into rectifiers, section 2.2.
    """
    one_of("gain", "activation", activation, *_GAINS, "leaky_relu")
    return _rectifier_gain("gain", negative_slope) if activation == "leaky_relu" else _GAINS[activation]


def zeros(shape: tuple[int, ...], *, rng: np.random.Generator | None = None, dtype=np.float32) -> np.ndarray:
    """Start at zero: right for offsets, and for weights the way to keep all neurons of a layer the same for ever.

    Parameters
    ----------
    shape : tuple of int
    rng : np.random.Generator, optional
        Not used; here so that this function can stand where the others stand.
    dtype : np.dtype

    Returns
    -------
    np.ndarray, of that shape and dtype

    Raises
    ------
    TypeError
        When the shape is not made of whole numbers.

    Lesson: 04_training
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 8.4.
    """
    return np.zeros(_sizes("zeros", shape), dtype)


def normal(shape: tuple[int, ...], *, rng: np.random.Generator, mean=0.0, std=1.0, dtype=np.float32) -> np.ndarray:
    """Draw from a normal distribution of a chosen spread.

    Parameters
    ----------
    shape : tuple of int
    rng : np.random.Generator
    mean, std : float
        Centre and standard deviation.
    dtype : np.dtype

    Returns
    -------
    np.ndarray, of that shape and dtype

    Raises
    ------
    TypeError
        When the shape is not made of whole numbers, or ``rng`` is no generator.
    ValueError
        When ``std`` is below 0.

    Lesson: 04_training
    Source: torch.nn.init.normal_.
    """
    mean, std = number("normal", "mean", mean), number("normal", "std", std, least=0)
    return _normal("normal", _sizes("normal", shape), rng, std, dtype, mean)


def xavier_uniform(shape: tuple[int, ...], *, rng: np.random.Generator, gain: float = 1.0, dtype=np.float32) -> np.ndarray:
    """Draw evenly from a range that neither signals nor gradients outgrow.

    U(−a, a), a = gain · √(6 / (fan_in + fan_out)); the variance is gain² · 2 / (fan_in + fan_out)

    Parameters
    ----------
    shape : tuple of int
        As in :func:`fans`.
    rng : np.random.Generator
    gain : float
        As from :func:`gain`.
    dtype : np.dtype

    Returns
    -------
    np.ndarray, of that shape and dtype

    Raises
    ------
    ShapeError
        As in :func:`fans`.
    TypeError
        When the shape is not made of whole numbers, or ``rng`` is no generator.

    Lesson: 04_training
    Source: Glorot and Bengio, 2010, Understanding the difficulty of training deep feedforward neural networks, equation 16.
    """
    return _uniform("xavier_uniform", shape, rng, _xavier_std("xavier_uniform", shape, gain), dtype)


def xavier_normal(shape: tuple[int, ...], *, rng: np.random.Generator, gain: float = 1.0, dtype=np.float32) -> np.ndarray:
    """Draw from the normal distribution with the variance of :func:`xavier_uniform`.

    N(0, gain² · 2 / (fan_in + fan_out))

    Parameters
    ----------
    shape : tuple of int
        As in :func:`fans`.
    rng : np.random.Generator
    gain : float
        As from :func:`gain`.
    dtype : np.dtype

    Returns
    -------
    np.ndarray, of that shape and dtype

    Raises
    ------
    ShapeError, TypeError
        As in :func:`xavier_uniform`.

    Lesson: 04_training
    Source: Glorot and Bengio, 2010, Understanding the difficulty of training deep feedforward neural networks, equation 12.
    """
    return _normal("xavier_normal", shape, rng, _xavier_std("xavier_normal", shape, gain), dtype)


def he_uniform(
    shape: tuple[int, ...], *, rng: np.random.Generator, negative_slope: float = 0.0, mode: str = "fan_in", dtype=np.float32
) -> np.ndarray:
    """Draw evenly with the variance of :func:`he_normal`.

    U(−a, a), a = √(6 / ((1 + negative_slope²) · fan))

    Parameters
    ----------
    shape : tuple of int
        As in :func:`fans`.
    rng : np.random.Generator
    negative_slope : float
        Of the leaky ReLU that follows (PyTorch calls it ``a``); 0 for a ReLU.
    mode : str
        "fan_in" keeps the size of signals, "fan_out" that of gradients.
    dtype : np.dtype

    Returns
    -------
    np.ndarray, of that shape and dtype

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`he_normal`.

    Lesson: 04_training
    Source: He, Zhang, Ren and Sun, 2015, Delving deep into rectifiers, section 2.2.
    """
    return _uniform("he_uniform", shape, rng, _he_std("he_uniform", shape, negative_slope, mode), dtype)


def he_normal(
    shape: tuple[int, ...], *, rng: np.random.Generator, negative_slope: float = 0.0, mode: str = "fan_in", dtype=np.float32
) -> np.ndarray:
    """Draw from the normal distribution that keeps a signal's size through layers of ReLU.

    N(0, 2 / ((1 + negative_slope²) · fan))

    Parameters
    ----------
    shape : tuple of int
        As in :func:`fans`.
    rng : np.random.Generator
    negative_slope : float
        Of the leaky ReLU that follows (PyTorch calls it ``a``); 0 for a ReLU.
    mode : str
        "fan_in" keeps the size of signals, "fan_out" that of gradients.
    dtype : np.dtype

    Returns
    -------
    np.ndarray, of that shape and dtype

    Raises
    ------
    ShapeError
        As in :func:`fans`.
    TypeError
        When the shape is not made of whole numbers, or ``rng`` is no generator.
    ValueError
        When ``mode`` is neither.

    Notes
    -----
    PyTorch calls it ``kaiming_normal_``.

    Lesson: 04_training
    Source: He, Zhang, Ren and Sun, 2015, Delving deep into rectifiers, section 2.2, equations 10 and 15.
    """
    return _normal("he_normal", shape, rng, _he_std("he_normal", shape, negative_slope, mode), dtype)


def orthogonal(shape: tuple[int, ...], *, rng: np.random.Generator, gain: float = 1.0, dtype=np.float32) -> np.ndarray:
    """Draw a random rotation: the matrix changes no vector's length, however often it is applied.

    w · wᵀ = gain² · I, or wᵀ · w = gain² · I where there are more rows than columns

    Parameters
    ----------
    shape : tuple of int
        All axes but the first are taken as one.
    rng : np.random.Generator
    gain : float
        As from :func:`gain`.
    dtype : np.dtype

    Returns
    -------
    np.ndarray, of that shape and dtype

    Raises
    ------
    ShapeError, TypeError
        As in :func:`xavier_uniform`.

    Notes
    -----
    The Q of a QR decomposition of normal numbers. Its columns take the signs of R's diagonal, or else the rotations would
    not be drawn evenly.

    Lesson: 13_recurrent_networks
    Source: Saxe, McClelland and Ganguli, 2014, Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks; Mezzadri, 2007, How to generate random matrices from the classical compact groups, section 5.
    """
    gain = number("orthogonal", "gain", gain)
    _fans("orthogonal", _sizes("orthogonal", shape))
    rows, columns = shape[0], prod(shape[1:])
    drawn = _normal("orthogonal", (max(rows, columns), min(rows, columns)), rng, 1.0, np.float64)  # higher than wide
    q, r = np.linalg.qr(drawn)
    q *= np.sign(np.diag(r))
    return np.ascontiguousarray((gain * (q if rows >= columns else q.T)).reshape(shape), dtype)


def _sizes(where: str, shape) -> tuple[int, ...]:
    if not isinstance(shape, tuple | list):
        raise TypeError(f"{where}: shape is {shape!r}; give a tuple of whole numbers, such as (10, 784)")
    return tuple(whole(where, "a size of shape", size, least=0) for size in shape)


def _fans(where: str, shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) < 2:
        raise ShapeError(f"{where}: shape is {shape}; weights have two axes or more, (D_out, D_in, …). For offsets take zeros")
    if 0 in shape:
        raise ShapeError(f"{where}: shape is {shape}; an axis has no cells, there is nothing to draw")
    taps = prod(shape[2:])  # KH·KW of a filter
    return shape[1] * taps, shape[0] * taps


def _rectifier_gain(where: str, negative_slope) -> float:
    return sqrt(2 / (1 + number(where, "negative_slope", negative_slope) ** 2))


def _xavier_std(where: str, shape, gain) -> float:
    return number(where, "gain", gain) * sqrt(2 / sum(_fans(where, _sizes(where, shape))))


def _he_std(where: str, shape, negative_slope, mode: str) -> float:
    fan_in, fan_out = _fans(where, _sizes(where, shape))
    fan = fan_in if one_of(where, "mode", mode, "fan_in", "fan_out") == "fan_in" else fan_out
    return _rectifier_gain(where, negative_slope) / sqrt(fan)


def _generator(where: str, rng) -> np.random.Generator:
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{where}: rng is {rng!r}; give a random generator, such as np.random.default_rng(0)")
    return rng


def _normal(where: str, shape, rng, std: float, dtype, mean: float = 0.0) -> np.ndarray:
    return (mean + std * _generator(where, rng).standard_normal(shape)).astype(dtype)  # one rng, the same numbers in any dtype


def _uniform(where: str, shape, rng, std: float, dtype) -> np.ndarray:
    bound = sqrt(3) * std  # U(−a, a) has the variance a² / 3
    return _generator(where, rng).uniform(-bound, bound, shape).astype(dtype)
