"""The plain recurrent network: its cell, and its sequence."""

import numpy as np

from dlkit.numpy_ops.neurons import linear_backward, linear_forward
from dlkit.numpy_ops.recurrent_networks.unrolling import Cell, back_through_time, expect_cell, unroll
from dlkit.shapes import expect_upstream, one_of


def _tanh(zx, zh, state):
    h = np.tanh(zx + zh)  # (N, H)
    return (h,), h


def _tanh_backward(dstate, h):
    dz = dstate[0] * (1 - h * h)  # (N, H)
    return dz, dz, (0,)


def _relu(zx, zh, state):
    h = np.maximum(zx + zh, 0)  # (N, H)
    return (h,), h


def _relu_backward(dstate, h):
    dz = dstate[0] * (h > 0)  # (N, H)
    return dz, dz, (0,)


_CELLS = {"tanh": Cell(1, ("h",), _tanh, _tanh_backward), "relu": Cell(1, ("h",), _relu, _relu_backward)}


def cell_of(where: str, nonlinearity: str) -> Cell:
    """Look up the cell with this nonlinearity; ``where`` opens the message when there is none."""
    return _CELLS[one_of(where, "nonlinearity", nonlinearity, *_CELLS)]


def rnn_cell_forward(
    x: np.ndarray,
    h: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
    *,
    nonlinearity="tanh",
):
    """Take one step of a recurrent network: mix what comes in with what is remembered.

    h′ = tanh(w_ih · x + b_ih + w_hh · h + b_hh)

    Parameters
    ----------
    x : np.ndarray, shape (N, D)
        This step's input.
    h : np.ndarray, shape (N, H)
        The state left by the step before.
    w_ih : np.ndarray, shape (H, D)
        From the input to the state; U in textbooks.
    w_hh : np.ndarray, shape (H, H)
        From the state to the state; V or W in textbooks.
    b_ih, b_hh : np.ndarray, shape (H,), optional
        Offsets; ``None`` for none. Two, because PyTorch has two; one would do.
    nonlinearity : "tanh" or "relu"

    Returns
    -------
    h : np.ndarray, shape (N, H)
        The next state.
    cache : tuple
        For :func:`rnn_cell_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For another nonlinearity.

    Lesson: 13_recurrent_networks
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 10.2, equations 10.8 and 10.9.
    """
    cell = cell_of("rnn_cell_forward", nonlinearity)
    expect_cell("rnn_cell_forward", cell, x, (h,), (w_ih, w_hh, b_ih, b_hh))
    zx, of_input = linear_forward(x, w_ih, b_ih)  # (N, H)
    zh, of_state = linear_forward(h, w_hh, b_hh)  # (N, H)
    (new,), saved = cell.step(zx, zh, (h,))
    return new, (cell, of_input, of_state, saved)


def rnn_cell_backward(dh: np.ndarray, cache: tuple):
    """Send the gradient of a step back to its input, the state before and the weights.

    dz = dh′ ⊙ (1 − h′²),  dx = dz · w_ih,  dh = dz · w_hh,  dw_ih = dzᵀ · x,  dw_hh = dzᵀ · h,  db_ih = db_hh = Σ dz

    Parameters
    ----------
    dh : np.ndarray, shape (N, H)
        The gradient of the loss with respect to the next state.
    cache : tuple
        From :func:`rnn_cell_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, D)
    dh : np.ndarray, shape (N, H)
        With respect to the state before.
    dw_ih : np.ndarray, shape (H, D)
    dw_hh : np.ndarray, shape (H, H)
    db_ih, db_hh : np.ndarray, shape (H,), or None where there was none

    Raises
    ------
    ShapeError
        When ``dh`` has not the shape of the state.
    TypeError
        When ``dh`` has another dtype.

    Lesson: 13_recurrent_networks
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 10.2.2.
    """
    cell, of_input, of_state, saved = cache
    dh = expect_upstream("rnn_cell_backward", dh, saved.shape, saved.dtype, name="dh", of="h")
    dzx, dzh, _ = cell.step_backward((dh,), saved)
    dx, dw_ih, db_ih = linear_backward(dzx, of_input)
    dh, dw_hh, db_hh = linear_backward(dzh, of_state)
    return dx, dh, dw_ih, dw_hh, db_ih, db_hh


def rnn_forward(
    x: np.ndarray, h0: np.ndarray | None, mask: np.ndarray | None, *weights, bidirectional=False, nonlinearity="tanh"
):
    """Read sequences step by step with one set of weights, remembering in a state.

    h[t] = tanh(w_ih · x[t] + b_ih + w_hh · h[t − 1] + b_hh),  y[:, t] = h[t]

    Parameters
    ----------
    x : np.ndarray, shape (N, T, D)
        The sequences.
    h0 : np.ndarray or None, shape (layers·directions, N, H)
        The state before the first step; ``None`` for zeros.
    mask : np.ndarray of bool or None, shape (N, T)
        True while a sequence lasts, False after its end; ``None`` when all have T steps.
    *weights : np.ndarray or None
        Four for each layer, twice as many when bidirectional: w_ih_l0 (H, D), w_hh_l0 (H, H), b_ih_l0 (H,), b_hh_l0 (H,),
        then w_ih_l0_reverse …, then w_ih_l1 (H, directions·H) …; a ``b`` may be ``None``. Each layer reads the one below.
    bidirectional : bool
        Whether each layer also reads the sequence from its end.
    nonlinearity : "tanh" or "relu"

    Returns
    -------
    (y, h_n) : tuple of np.ndarray
        y, shape (N, T, directions·H): the last layer's state at every step, 0 after a sequence's end; h_n, shape
        (layers·directions, N, H): every layer's state at each sequence's own end.
    cache : tuple
        For :func:`rnn_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, T is 0, or a row of the mask is not Trues and then Falses.
    TypeError
        For anything but floating-point arrays of one dtype and a mask of booleans, or weights that are not in fours.
    ValueError
        For another nonlinearity.

    Notes
    -----
    The input's products do not wait for one another: all steps' are one matrix product. Only the state's have to be made
    one after another.

    Lesson: 13_recurrent_networks
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, sections 10.2, 10.3 and 10.5.
    """
    cell = cell_of("rnn_forward", nonlinearity)
    return unroll("rnn_forward", cell, x, (h0,), mask, weights, bidirectional)


def rnn_backward(dy: tuple, cache: tuple):
    """Send the gradient of a recurrent network back through time.

    dh[t] = dy[:, t] + dz[t + 1] · w_hh,  dz[t] = dh[t] ⊙ (1 − h[t]²);  dx[:, t] = dz[t] · w_ih,
    dw_hh = Σ_t dz[t]ᵀ · h[t − 1],  dw_ih = Σ_t dz[t]ᵀ · x[:, t],  db_ih = db_hh = Σ_t Σ_n dz[t]

    Parameters
    ----------
    dy : tuple of np.ndarray or None
        The gradients of the loss with respect to ``y`` and ``h_n``; ``None`` for one the loss does not use.
    cache : tuple
        From :func:`rnn_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, T, D)
    dh0 : np.ndarray, shape (layers·directions, N, H), or None where there was no ``h0``
    None
        The mask has no gradient.
    *dweights : np.ndarray or None
        In the order and shapes of ``weights``.

    Raises
    ------
    ShapeError
        When an upstream gradient has not the shape of its output.
    TypeError
        When one has another dtype, or they are no tuple of two.

    Lesson: 13_recurrent_networks
    Source: Werbos, 1990, Backpropagation through time: what it does and how to do it; Goodfellow and others, section 10.2.2.
    """
    return back_through_time("rnn_backward", dy, cache)
