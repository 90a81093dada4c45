"""The gated recurrent unit: one state, two gates."""

import numpy as np

from dlkit.numpy_ops.lstm.gates import blocks, squash
from dlkit.numpy_ops.neurons import linear_backward, linear_forward
from dlkit.numpy_ops.recurrent_networks.unrolling import Cell, back_through_time, expect_cell, unroll
from dlkit.shapes import expect_upstream


def _step(zx, zh, state):
    (h,), zx, zh = state, blocks(zx, 3), blocks(zh, 3)  # (3, N, H)
    r, z = squash(np.add(zx[:2], zh[:2], order="C"))  # (N, H) each, in one piece, which is faster
    recalled = zh[2]  # (N, H)
    n = np.tanh(zx[2] + r * recalled)  # (N, H)
    return (n + z * (h - n),), (r, z, n, recalled, h)


def _step_backward(dstate, saved):
    (dh,) = dstate
    r, z, n, recalled, h = saved
    dn = dh * (1 - z) * (1 - n * n)  # (N, H)
    gates = [dn * recalled * r * (1 - r), dh * (h - n) * z * (1 - z)]  # (N, H) each
    return np.concatenate([*gates, dn], axis=1), np.concatenate([*gates, dn * r], axis=1), (dh * z,)


_CELL = Cell(3, ("h",), _step, _step_backward, adds=False)


def gru_cell_forward(
    x: np.ndarray,
    h: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
):
    """Take one step of a gated recurrent unit: blend the old state with a candidate.

    r = σ(w_ir · x + b_ir + w_hr · h + b_hr),  z = σ(w_iz · x + b_iz + w_hz · h + b_hz),
    n = tanh(w_in · x + b_in + r ⊙ (w_hn · h + b_hn)),  h′ = (1 − z) ⊙ n + z ⊙ h

    Parameters
    ----------
    x : np.ndarray, shape (N, D)
        This step's input.
    h : np.ndarray, shape (N, H)
        The state left by the step before.
    w_ih : np.ndarray, shape (3H, D)
        From the input to the gates, in PyTorch's order: reset r, update z, candidate n.
    w_hh : np.ndarray, shape (3H, H)
        From the state to the gates, in the same order.
    b_ih, b_hh : np.ndarray, shape (3H,), optional
        Offsets; ``None`` for none.

    Returns
    -------
    h : np.ndarray, shape (N, H)
        The next state.
    cache : tuple
        For :func:`gru_cell_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit.
    TypeError
        For anything but floating-point arrays of one dtype.

    Notes
    -----
    Several forms are about. In the first paper r multiplies h before the product w_hn · h; in a second of the same year
    (Chung and others, Empirical evaluation of gated recurrent neural networks) z weighs the candidate as well. Here, as in
    PyTorch, r multiplies the product, offset included, so that one matrix product serves all three, and z weighs the old state.

    Lesson: 14_lstm
    Source: Cho and others, 2014, Learning phrase representations using RNN encoder–decoder, section 2.3; torch.nn.GRU.
    """
    expect_cell("gru_cell_forward", _CELL, x, (h,), (w_ih, w_hh, b_ih, b_hh))
    zx, of_input = linear_forward(x, w_ih, b_ih)  # (N, 3H)
    zh, of_state = linear_forward(h, w_hh, b_hh)  # (N, 3H)
    (new,), saved = _step(zx, zh, (h,))
    return new, (of_input, of_state, saved)


def gru_cell_backward(dh: np.ndarray, cache: tuple):
    """Send the gradient of a step of a gated recurrent unit back to its input, the state before and the weights.

    dn = dh′ ⊙ (1 − z) ⊙ (1 − n²),  dz = dh′ ⊙ (h − n) ⊙ z(1 − z),  dr = dn ⊙ (w_hn · h + b_hn) ⊙ r(1 − r), each before its
    squashing;  dx = (dr, dz, dn) · w_ih,  dh = dh′ ⊙ z + (dr, dz, dn ⊙ r) · w_hh

    Parameters
    ----------
    dh : np.ndarray, shape (N, H)
        The gradient of the loss with respect to the next state.
    cache : tuple
        From :func:`gru_cell_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, D)
    dh : np.ndarray, shape (N, H)
        With respect to the state before.
    dw_ih : np.ndarray, shape (3H, D)
    dw_hh : np.ndarray, shape (3H, H)
    db_ih, db_hh : np.ndarray, shape (3H,), or None where there was none

    Raises
    ------
    ShapeError
        When ``dh`` has not the shape of the state.
    TypeError
        When ``dh`` has another dtype.

    Lesson: 14_lstm
    Source: Chung and others, 2014, Empirical evaluation of gated recurrent neural networks on sequence modeling, section 3.2.
    """
    of_input, of_state, saved = cache
    h = saved[-1]
    dh = expect_upstream("gru_cell_backward", dh, h.shape, h.dtype, name="dh", of="h")
    dzx, dzh, (kept,) = _step_backward((dh,), saved)
    dx, dw_ih, db_ih = linear_backward(dzx, of_input)
    dh, dw_hh, db_hh = linear_backward(dzh, of_state)
    return dx, dh + kept, dw_ih, dw_hh, db_ih, db_hh


def gru_forward(x: np.ndarray, h0: np.ndarray | None, mask: np.ndarray | None, *weights, bidirectional=False):
    """Read sequences with a gated recurrent unit: :func:`gru_cell_forward` at every step, with one set of weights.

    y[:, t] = h[t] = (1 − z[t]) ⊙ n[t] + z[t] ⊙ h[t − 1]

    Parameters
    ----------
    x : np.ndarray, shape (N, T, D)
        The sequences.
    h0 : np.ndarray or None, shape (layers·directions, N, H)
        The state before the first step; ``None`` for zeros.
    mask : np.ndarray of bool or None, shape (N, T)
        True while a sequence lasts, False after its end; ``None`` when all have T steps.
    *weights : np.ndarray or None
        Four for each layer, twice as many when bidirectional: w_ih_l0 (3H, D), w_hh_l0 (3H, H), b_ih_l0 (3H,), b_hh_l0
        (3H,), then w_ih_l0_reverse …, then w_ih_l1 (3H, directions·H) …; a ``b`` may be ``None``.
    bidirectional : bool
        Whether each layer also reads the sequence from its end.

    Returns
    -------
    (y, h_n) : tuple of np.ndarray
        y, shape (N, T, directions·H): the last layer's state at every step, 0 after a sequence's end; h_n, shape
        (layers·directions, N, H): every layer's state at each sequence's own end.
    cache : tuple
        For :func:`gru_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, T is 0, or a row of the mask is not Trues and then Falses.
    TypeError
        For anything but floating-point arrays of one dtype and a mask of booleans, or weights that are not in fours.

    Lesson: 14_lstm
    Source: Cho and others, 2014, Learning phrase representations using RNN encoder–decoder, section 2.3.
    """
    return unroll("gru_forward", _CELL, x, (h0,), mask, weights, bidirectional)


def gru_backward(dy: tuple, cache: tuple):
    """Send the gradient of a gated recurrent unit back through time: :func:`gru_cell_backward` from the last step on.

    dh[t] = dy[:, t] + dh[t + 1] ⊙ z[t + 1] + (dr, dz, dn ⊙ r)[t + 1] · w_hh

    Parameters
    ----------
    dy : tuple of np.ndarray or None
        The gradients of the loss with respect to ``y`` and ``h_n``; ``None`` for one the loss does not use.
    cache : tuple
        From :func:`gru_forward`.

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

    Lesson: 14_lstm
    Source: Chung and others, 2014, Empirical evaluation of gated recurrent neural networks on sequence modeling, section 3.2.
    """
    return back_through_time("gru_backward", dy, cache)
