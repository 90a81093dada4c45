"""One step of an optimiser for one array: weights, their gradient and what is remembered go in, new ones come out.

A gradient of nan or infinity goes through: a step does not know what its array is called. :class:`dlkit.optim.Optimizer` does,
and says it.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from dlkit.shapes import expect_floats, expect_same_shape, expect_shapes, number


class Momentum(NamedTuple):
    """What :func:`sgd_step` remembers: the gradients so far, the older the weaker."""

    velocity: np.ndarray


class Squares(NamedTuple):
    """What :func:`rmsprop_step` remembers: running means of the squared gradient and, if centred, of the gradient."""

    square: np.ndarray
    mean: np.ndarray | None
    velocity: np.ndarray | None


class Moments(NamedTuple):
    """What :func:`adam_step` remembers: how many steps there were, running means of the gradient and of its square."""

    step: int
    mean: np.ndarray
    square: np.ndarray


def _expect(where: str, w, dw, state, kind: type) -> None:
    """Insist on a gradient for each weight, and on a state of the right kind for the same weights."""
    expect_shapes(where, "w[...] dw[...]", w, dw)
    expect_same_shape(where, w=w, dw=dw)
    expect_floats(where, w=w, dw=dw)
    if state is not None:
        if not isinstance(state, kind):
            raise TypeError(
                f"{where}: state is a {type(state).__name__}; give what the last step returned, or None at the start"
            )
        expect_same_shape(where, w=w, **{name: part for name, part in state._asdict().items() if name != "step"})


def _below_one(where: str, name: str, value) -> float:
    """Read the share of the past in a running mean."""
    share = number(where, name, value, least=0, most=1)
    if share == 1:
        raise ValueError(f"{where}: {name} is 1, so that nothing new would ever count; give a number below it, such as 0.9")
    return share


def _above_zero(where: str, name: str, value) -> float:
    """Read what keeps a division from being one by zero."""
    small = number(where, name, value, least=0)
    if small == 0:
        raise ValueError(
            f"{where}: {name} is 0, and gradients of zero would be divided by it; give a small number such as 1e-8"
        )
    return small


def sgd_step(
    w: np.ndarray, dw: np.ndarray, state: Momentum | None = None,
    *, lr: float, momentum=0.0, dampening=0.0, nesterov: bool = False, weight_decay=0.0,
):  # fmt: skip
    """Take one step of gradient descent, with momentum if wanted.

    d = dw + weight_decay · w,  v ← momentum · v + (1 − dampening) · d,  w ← w − lr · v
    with v = d at the first step; w ← w − lr · (d + momentum · v) for Nesterov's form; w ← w − lr · d without momentum.

    Parameters
    ----------
    w : np.ndarray, any shape
        The weights.
    dw : np.ndarray, shape of ``w``
        The gradient of the loss with respect to them.
    state : Momentum, optional
        From the step before; ``None`` at the start.
    lr : float
        The learning rate.
    momentum : float
        How much of the velocity is kept from step to step; 0.9 is usual.
    dampening : float
        How much of each new gradient is held back.
    nesterov : bool
        Look ahead: step as if the velocity had already been applied once more.
    weight_decay : float
        Pulls every weight towards zero, as a penalty of weight_decay / 2 · Σ w² would.

    Returns
    -------
    w : np.ndarray, shape of ``w``
        A new array.
    state : Momentum, or None without momentum

    Raises
    ------
    ShapeError
        When the gradient or the state has another shape.
    TypeError
        For anything but floating-point arrays of one dtype, or options that are no numbers.
    ValueError
        For options out of range, or ``nesterov`` without momentum or with dampening.

    Notes
    -----
    Equal to ``torch.optim.SGD``. The learning rate multiplies the velocity, and is not part of it as in the paper; the two
    differ once the learning rate changes.

    Lesson: 04_training
    Source: Sutskever, Martens, Dahl and Hinton, 2013, On the importance of initialization and momentum in deep learning,
    section 2.
    """
    where = "sgd_step"
    _expect(where, w, dw, state, Momentum)
    lr, weight_decay = number(where, "lr", lr, least=0), number(where, "weight_decay", weight_decay, least=0)
    momentum, dampening = number(where, "momentum", momentum, least=0), number(where, "dampening", dampening)
    if nesterov and (momentum == 0 or dampening != 0):
        raise ValueError(f"{where}: nesterov=True needs momentum above 0 and no dampening; try momentum=0.9")
    d = dw + weight_decay * w
    if momentum == 0:
        return w - lr * d, state
    velocity = d if state is None else momentum * state.velocity + (1 - dampening) * d
    return w - lr * (d + momentum * velocity if nesterov else velocity), Momentum(velocity)


def rmsprop_step(
    w: np.ndarray, dw: np.ndarray, state: Squares | None = None,
    *, lr: float = 0.01, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered: bool = False,
):  # fmt: skip
    """Take one step of RMSProp: every weight's gradient divided by its usual size.

    d = dw + weight_decay · w,  s ← alpha · s + (1 − alpha) · d²,  w ← w − lr · d / (√s + eps)

    Parameters
    ----------
    w, dw
        As in :func:`sgd_step`.
    state : Squares, optional
        From the step before; ``None`` at the start.
    lr : float
        The learning rate.
    alpha : float
        The share of the past in the running means.
    eps : float
        Keeps the division from being one by zero.
    weight_decay : float
        As in :func:`sgd_step`.
    momentum : float
        v ← momentum · v + d / (√s + eps),  w ← w − lr · v.
    centered : bool
        Divide by the spread of the gradients instead: √(s − m²), m being their running mean.

    Returns
    -------
    w : np.ndarray, shape of ``w``
        A new array.
    state : Squares

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`sgd_step`.

    Notes
    -----
    Equal to ``torch.optim.RMSprop``. Where rounding makes s − m² a little less than zero, it counts as zero; PyTorch's weights
    become nan.

    Lesson: 04_training
    Source: Tieleman and Hinton, 2012, Neural networks for machine learning, lecture 6.5; centred: Graves, 2013, Generating
    sequences with recurrent neural networks, equations 38 to 41.
    """
    where = "rmsprop_step"
    _expect(where, w, dw, state, Squares)
    lr, weight_decay = number(where, "lr", lr, least=0), number(where, "weight_decay", weight_decay, least=0)
    alpha, eps = _below_one(where, "alpha", alpha), _above_zero(where, "eps", eps)
    momentum = number(where, "momentum", momentum, least=0)
    zeros = np.zeros_like(w)
    square, mean, velocity = (zeros if part is None else part for part in state or (None,) * 3)
    d = dw + weight_decay * w
    square = alpha * square + (1 - alpha) * d * d
    mean = alpha * mean + (1 - alpha) * d if centered else None
    spread = np.maximum(square - mean * mean, 0) if centered else square
    step = d / (np.sqrt(spread) + eps)
    velocity = momentum * velocity + step if momentum > 0 else None
    return w - lr * (step if velocity is None else velocity), Squares(square, mean, velocity)


def adam_step(
    w: np.ndarray, dw: np.ndarray, state: Moments | None = None,
    *, lr: float = 0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0,
):  # fmt: skip
    """Take one step of Adam: the mean of the gradients so far, divided by their usual size.

    d = dw + weight_decay · w,  m ← β₁ · m + (1 − β₁) · d,  s ← β₂ · s + (1 − β₂) · d²
    w ← w − lr · m / (1 − β₁ᵗ) / (√(s / (1 − β₂ᵗ)) + eps)  at step t = 1, 2, …

    Parameters
    ----------
    w, dw
        As in :func:`sgd_step`.
    state : Moments, optional
        From the step before; ``None`` at the start.
    lr : float
        The learning rate: about how far a weight moves in a step.
    betas : pair of float
        β₁ and β₂, the share of the past in the two running means.
    eps : float
        Keeps the division from being one by zero.
    weight_decay : float
        Added to the gradient, as in :func:`sgd_step`, and then divided with it; see :func:`adamw_step`.

    Returns
    -------
    w : np.ndarray, shape of ``w``
        A new array.
    state : Moments

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`sgd_step`.

    Notes
    -----
    Equal to ``torch.optim.Adam``. Both means start at zero and are too small at first, the second by far: after one step it is
    a thousandth of d². Dividing by 1 − βᵗ corrects exactly that.

    Lesson: 04_training
    Source: Kingma and Ba, 2015, Adam: a method for stochastic optimization, algorithm 1.
    """
    where = "adam_step"
    _expect(where, w, dw, state, Moments)
    lr, weight_decay = number(where, "lr", lr, least=0), number(where, "weight_decay", weight_decay, least=0)
    return _adam(where, w, dw + weight_decay * w, state, lr, betas, eps)


def _adam(where: str, w, d, state, lr, betas, eps):
    """The step itself, the same with both kinds of weight decay."""
    if not isinstance(betas, tuple | list) or len(betas) != 2:
        raise TypeError(f"{where}: betas is {betas!r}; give a pair of numbers such as (0.9, 0.999)")
    first, second = (_below_one(where, f"betas[{k}]", beta) for k, beta in enumerate(betas))
    eps = _above_zero(where, "eps", eps)
    step, mean, square = state or (0, np.zeros_like(w), np.zeros_like(w))
    step += 1
    mean = first * mean + (1 - first) * d
    square = second * square + (1 - second) * d * d
    usual = np.sqrt(square) / sqrt(1 - second**step)  # the root first: a large square divided would overflow
    return w - lr / (1 - first**step) * mean / (usual + eps), Moments(step, mean, square)


def adamw_step(
    w: np.ndarray, dw: np.ndarray, state: Moments | None = None,
    *, lr: float = 0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01,
):  # fmt: skip
    """Take one step of AdamW: Adam, with the weight decay kept out of the running means.

    w ← w − lr · weight_decay · w, then as in :func:`adam_step` without weight decay.

    Parameters
    ----------
    w, dw, state, lr, betas, eps
        As in :func:`adam_step`.
    weight_decay : float
        The share of every weight that goes at a step is lr · weight_decay.

    Returns
    -------
    w : np.ndarray, shape of ``w``
        A new array.
    state : Moments

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`sgd_step`.

    Notes
    -----
    Equal to ``torch.optim.AdamW``. In Adam, the decay is divided by the gradient's usual size, and weights with large gradients
    hardly decay; here all decay alike.

    Lesson: 04_training
    Source: Loshchilov and Hutter, 2019, Decoupled weight decay regularization, algorithm 2.
    """
    where = "adamw_step"
    _expect(where, w, dw, state, Moments)
    lr, weight_decay = number(where, "lr", lr, least=0), number(where, "weight_decay", weight_decay, least=0)
    return _adam(where, w * (1 - lr * weight_decay), dw, state, lr, betas, eps)
