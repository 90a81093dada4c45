"""Clipping: one batch with a huge gradient must not undo what a thousand have learned."""

import numpy as np

from dlkit.shapes import expect_floats, number

Gradients = dict[str, np.ndarray | None] | list[np.ndarray | None]


def clip_by_value(gradients: Gradients, limit: float) -> Gradients:
    """Hold every number of every gradient between −limit and limit.

    Parameters
    ----------
    gradients : dict or list of np.ndarray
        ``None`` stays ``None``.
    limit : float

    Returns
    -------
    dict or list of np.ndarray
        New arrays, under the same names or in the same order.

    Raises
    ------
    TypeError
        For anything but floating-point arrays in a dict or a list.
    ValueError
        When the limit is below 0.
    FloatingPointError
        When a gradient holds nan or infinity; it is named.

    Notes
    -----
    Equal to ``torch.nn.utils.clip_grad_value_``, which however lets nan through. The direction of the whole gradient changes;
    :func:`clip_by_norm` keeps it.

    Lesson: 04_training
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 10.11.1.
    """
    where = "clip_by_value"
    limit = number(where, "limit", limit, least=0, most=np.inf)
    expect_finite(where, named(where, gradients))
    return _each(gradients, lambda g: np.clip(g, -limit, limit))


def clip_by_norm(gradients: Gradients, max_norm: float) -> tuple[Gradients, float]:
    """Shrink all gradients by one factor where together they are longer than ``max_norm``.

    g ← g · min(1, max_norm / (‖g‖ + 10⁻⁶)),  ‖g‖ = √ Σ over all numbers of all arrays of g²

    Parameters
    ----------
    gradients : dict or list of np.ndarray
        ``None`` stays ``None``.
    max_norm : float

    Returns
    -------
    gradients : dict or list of np.ndarray
        New arrays, under the same names or in the same order.
    norm : float
        How long they were before; worth a plot.

    Raises
    ------
    TypeError, ValueError, FloatingPointError
        As in :func:`clip_by_value`: one nan would make the norm nan, and with it every gradient.

    Notes
    -----
    Equal to ``torch.nn.utils.clip_grad_norm_``, its 10⁻⁶ included.

    Lesson: 04_training
    Source: Pascanu, Mikolov and Bengio, 2013, On the difficulty of training recurrent neural networks, algorithm 1.
    """
    where = "clip_by_norm"
    max_norm = number(where, "max_norm", max_norm, least=0, most=np.inf)
    pairs = named(where, gradients)
    expect_finite(where, pairs)
    largest = max((float(np.abs(g).max(initial=0)) for _, g in pairs), default=0.0) or 1.0
    # Squares of large float32 numbers overflow; shares of the largest do not.
    norm = largest * sum(float(np.square(g / largest).sum(dtype=np.float64)) for _, g in pairs) ** 0.5
    factor = min(1.0, max_norm / (norm + 1e-6))
    return _each(gradients, lambda g: g * factor), norm


def named(where: str, gradients: Gradients) -> list[tuple[str, np.ndarray]]:
    """List the gradients there are with their names.

    Parameters
    ----------
    where : str
        What asks for them; it opens the messages.
    gradients : dict or list of np.ndarray

    Returns
    -------
    list of (str, np.ndarray)

    Raises
    ------
    TypeError
        For anything but floating-point arrays in a dict or a list.
    """
    if not isinstance(gradients, dict | list | tuple):
        kind = type(gradients).__name__
        raise TypeError(f"{where}: gradients is a {kind}; give a dict of name and array, or a list of arrays")
    pairs = gradients.items() if isinstance(gradients, dict) else ((f"gradients[{k}]", g) for k, g in enumerate(gradients))
    pairs = [(name, g) for name, g in pairs if g is not None]
    for name, g in pairs:
        expect_floats(where, **{name: g})
    return pairs


def expect_finite(where: str, pairs: list[tuple[str, np.ndarray]]) -> None:
    """Insist on gradients without nan and infinity.

    Parameters
    ----------
    where : str
        What asks for them; it opens the message.
    pairs : list of (str, np.ndarray)
        Names and gradients.

    Raises
    ------
    FloatingPointError
        Names the gradient and the first place.
    """
    for name, g in pairs:
        if not np.isfinite(g).all():
            first = tuple(int(k) for k in np.argwhere(~np.isfinite(g))[0])
            at = f" at [{', '.join(map(str, first))}]" if first else ""
            raise FloatingPointError(
                f"{where}: the gradient of {name} is {g[first]}{at}. Try a smaller learning rate, "
                "and look for a division by zero or a logarithm of zero before it"
            )


def _each(gradients: Gradients, change) -> Gradients:
    """Change every array, and keep names, order and absent ones."""
    if isinstance(gradients, dict):
        return {name: None if g is None else change(g) for name, g in gradients.items()}
    return [None if g is None else change(g) for g in gradients]
