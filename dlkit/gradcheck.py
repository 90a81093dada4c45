"""Gradients by central differences, and the assertion that an operation's backward agrees with them."""

from collections.abc import Callable

import numpy as np

from dlkit.errors import GradientError


def numeric_gradient(function: Callable, x: np.ndarray, dy=1.0, *, step: float = 1e-5) -> np.ndarray:
    """Estimate the gradient of ``Σ dy · function(x)`` by moving one number of ``x`` at a time.

    ∂L/∂x_k ≈ Σ dy · (f(x + h·e_k) − f(x − h·e_k)) / 2h

    Parameters
    ----------
    function : callable
        Takes an array like ``x``, returns an array or a number. ``x`` itself is not changed.
    x : np.ndarray, any shape, float64
        Where the slope is taken. Use float64: float32 loses the difference in rounding.
    dy : np.ndarray or float
        The upstream gradient, of the shape of ``function(x)``.
    step : float
        h. Too large curves, too small drowns in rounding; 1e-5 leaves about ten correct digits.

    Returns
    -------
    np.ndarray, shape of ``x``

    Raises
    ------
    TypeError
        When ``x`` is not float64.

    Lesson: 02_backpropagation
    Source: Press and others, 2007, Numerical Recipes, third edition, section 5.7.
    """
    if getattr(x, "dtype", None) != np.float64:
        raise TypeError(f"numeric_gradient: x is {getattr(x, 'dtype', type(x).__name__)}; try np.asarray(x, dtype=np.float64)")
    gradient = np.empty_like(x)
    for k in np.ndindex(x.shape):
        moved = []
        for h in (step, -step):
            nudged = x.copy()
            nudged[k] += h
            moved.append(np.asarray(function(nudged), dtype=np.float64))
        gradient[k] = np.sum(dy * (moved[0] - moved[1])) / (2 * step)
    return gradient


def compare_gradients(
    forward: Callable, backward: Callable, arrays: list, options: dict, rng: np.random.Generator, *, constants=(), step=None
) -> dict:
    """Measure how far each gradient of a backward lies from its numeric estimate.

    Parameters
    ----------
    forward, backward : callable
        A pair of the contract: ``y, cache = forward(*arrays, **options)``, ``gradients = backward(dy, cache)``. Where ``y`` is
        a tuple of arrays, so is ``dy``.
    arrays : list of np.ndarray or None
        float64; arrays of whole numbers have no gradient.
    options : dict
    rng : np.random.Generator
        Draws the upstream gradient. It is random: an upstream of all ones lets a softmax backward that returns zeros pass.
    constants : tuple of int
        Positions of floating-point arrays that have no gradient.
    step : float, optional
        As in :func:`numeric_gradient`; by default 1e-5 of an array's largest number, or of one.

    Returns
    -------
    dict of int to float
        For each array that has a gradient, its position and the largest relative difference of an entry, beyond what
        rounding leaves of the estimate itself.

    Raises
    ------
    GradientError
        When a gradient is missing, or has another shape than its array.
    """
    y, cache = forward(*arrays, **options)
    dys = [rng.standard_normal(np.shape(part)) for part in (y if isinstance(y, tuple) else (y,))]
    gradients = backward(tuple(dys) if isinstance(y, tuple) else dys[0], cache)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    if len(gradients) != len(arrays):
        raise GradientError(f"{backward.__name__}: {len(gradients)} gradients for {len(arrays)} arrays")
    differences = {}
    for k, (array, gradient) in enumerate(zip(arrays, gradients, strict=True)):
        if array is None or array.dtype.kind != "f" or k in constants:
            if gradient is not None:
                raise GradientError(f"{backward.__name__}: array {k} has no gradient, yet one came; return None for it")
            continue
        if np.shape(gradient) != array.shape:
            raise GradientError(f"{backward.__name__}: gradient {k} has shape {np.shape(gradient)}, its array {array.shape}")

        def along(moved, k=k):
            return _flat(forward(*arrays[:k], moved, *arrays[k + 1 :], **options)[0])

        h = step or 1e-5 * max(1.0, np.abs(array).max(initial=0))
        dy = _flat(dys)
        wanted = numeric_gradient(along, array, dy, step=h)
        rounding = 10 * np.finfo(float).eps * np.sum(np.abs(dy * _flat(y))) / h + 1e-9 * np.abs(wanted).max(initial=0)
        beyond = np.maximum(np.abs(gradient - wanted) - rounding, 0) + np.where(np.isfinite(gradient), 0, np.inf)
        differences[k] = float((beyond / (np.abs(wanted) + 1e-30)).max(initial=0))
    return differences


def _flat(y) -> np.ndarray:
    """All outputs of an operation in one row."""
    return np.concatenate([np.ravel(part) for part in (y if isinstance(y, tuple | list) else (y,))])


def assert_gradients(
    forward, backward, arrays, options=None, *, rng: np.random.Generator, constants=(), step=None, tolerance: float = 1e-6
) -> None:
    """Raise where a backward contradicts finite differences.

    Parameters
    ----------
    forward, backward, arrays, options, rng, constants, step
        As in :func:`compare_gradients`.
    tolerance : float
        Largest difference allowed, relative to each entry's value.

    Raises
    ------
    GradientError
        Names the array and the size of the difference.
    """
    for k, difference in compare_gradients(
        forward, backward, arrays, options or {}, rng, constants=constants, step=step
    ).items():
        if not difference <= tolerance:
            raise GradientError(
                f"{backward.__name__}: gradient {k}, shape {arrays[k].shape}, differs from finite differences by "
                f"{difference:.1e} of an entry's size; {tolerance:.0e} is allowed"
            )
