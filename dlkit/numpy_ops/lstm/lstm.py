"""Long short-term memory: a cell state that gates write, keep and show."""

import numpy as np

from dlkit.numpy_ops.lstm.gates import blocks, squash
from dlkit.numpy_ops.neurons import linear_backward, linear_forward
from dlkit.numpy_ops.recurrent_networks.unrolling import Cell, back_through_time, expect_cell, unroll, upstreams


def _step(zx, zh, state):
    c = state[1]
    z = np.add(blocks(zx, 4), blocks(zh, 4), order="C")  # (4, N, H): each gate in one piece, which is faster
    i, f = squash(z[:2])  # (N, H) each
    g = np.tanh(z[2])  # (N, H)
    o = squash(z[3])  # (N, H)
    new = f * c + i * g  # (N, H): keep some of the old, write some of the candidate
    shown = np.tanh(new)  # (N, H)
    return (o * shown, new), (i, f, g, o, c, shown)


def _step_backward(dstate, saved):
    dh, dc = dstate
    i, f, g, o, c, shown = saved
    dc = dc + dh * o * (1 - shown * shown)  # (N, H): the cell state reaches the loss later, and through h now
    dz = np.concatenate(
        [dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g), dh * shown * o * (1 - o)], axis=1
    )  # (N, 4H)
    return dz, dz, (0, dc * f)


_CELL = Cell(4, ("h", "c"), _step, _step_backward)


def lstm_cell_forward(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: np.ndarray | None = None,
    b_hh: np.ndarray | None = None,
):
    """Take one step of long short-term memory: forget some, write some, show some.

    z = w_ih · x + b_ih + w_hh · h + b_hh, cut into four: i, f, o = σ(z_i), σ(z_f), σ(z_o),  g = tanh(z_g);
    c′ = f ⊙ c + i ⊙ g,  h′ = o ⊙ tanh(c′)

    Parameters
    ----------
    x : np.ndarray, shape (N, D)
        This step's input.
    h : np.ndarray, shape (N, H)
        What the step before showed.
    c : np.ndarray, shape (N, H)
        What the step before remembered.
    w_ih : np.ndarray, shape (4H, D)
        From the input to the gates, in PyTorch's order: input i, forget f, candidate g, output o.
    w_hh : np.ndarray, shape (4H, H)
        From the state to the gates, in the same order.
    b_ih, b_hh : np.ndarray, shape (4H,), optional
        Offsets; ``None`` for none.

    Returns
    -------
    (h, c) : tuple of np.ndarray, each of shape (N, H)
        The next state.
    cache : tuple
        For :func:`lstm_cell_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit.
    TypeError
        For anything but floating-point arrays of one dtype.

    Notes
    -----
    σ(z) = (1 + tanh(z / 2)) / 2 overflows nowhere.

    Lesson: 14_lstm
    Source: Gers, Schmidhuber and Cummins, 2000, Learning to forget: continual prediction with LSTM, section 3.
    """
    expect_cell("lstm_cell_forward", _CELL, x, (h, c), (w_ih, w_hh, b_ih, b_hh))
    zx, of_input = linear_forward(x, w_ih, b_ih)  # (N, 4H)
    zh, of_state = linear_forward(h, w_hh, b_hh)  # (N, 4H)
    new, saved = _step(zx, zh, (h, c))
    return new, (of_input, of_state, saved)


def lstm_cell_backward(dy: tuple, cache: tuple):
    """Send the gradient of a step of long short-term memory back to its input, both states and the weights.

    dc̃ = dc′ + dh′ ⊙ o ⊙ (1 − tanh²(c′)),  dc = dc̃ ⊙ f;  dz_i = dc̃ ⊙ g ⊙ i(1 − i),  dz_f = dc̃ ⊙ c ⊙ f(1 − f),
    dz_g = dc̃ ⊙ i ⊙ (1 − g²),  dz_o = dh′ ⊙ tanh(c′) ⊙ o(1 − o);  dx = dz · w_ih,  dh = dz · w_hh

    Parameters
    ----------
    dy : tuple of np.ndarray or None, each of shape (N, H)
        The gradients of the loss with respect to the next ``h`` and ``c``; ``None`` for one the loss does not use.
    cache : tuple
        From :func:`lstm_cell_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, D)
    dh, dc : np.ndarray, shape (N, H)
        With respect to the states before.
    dw_ih : np.ndarray, shape (4H, D)
    dw_hh : np.ndarray, shape (4H, H)
    db_ih, db_hh : np.ndarray, shape (4H,), or None where there was none

    Raises
    ------
    ShapeError
        When an upstream gradient has not the shape of its state.
    TypeError
        When one has another dtype, or they are no tuple of two.

    Notes
    -----
    Along c the gradient is only multiplied by f, entry by entry: with f near 1 it neither vanishes nor explodes.

    Lesson: 14_lstm
    Source: Gers, Schmidhuber and Cummins, 2000, Learning to forget: continual prediction with LSTM, section 3.
    """
    of_input, of_state, saved = cache
    shape, dtype = saved[-1].shape, saved[-1].dtype
    dstate = upstreams("lstm_cell_backward", dy, {"h": shape, "c": shape}, dtype)
    dzx, dzh, (_, dc) = _step_backward(dstate, saved)
    dx, dw_ih, db_ih = linear_backward(dzx, of_input)
    dh, dw_hh, db_hh = linear_backward(dzh, of_state)
    return dx, dh, dc, dw_ih, dw_hh, db_ih, db_hh


def lstm_forward(
    x: np.ndarray, h0: np.ndarray | None, c0: np.ndarray | None, mask: np.ndarray | None, *weights, bidirectional=False
):
    """Read sequences with long short-term memory: :func:`lstm_cell_forward` at every step, with one set of weights.

    c[t] = f[t] ⊙ c[t − 1] + i[t] ⊙ g[t],  y[:, t] = h[t] = o[t] ⊙ tanh(c[t])

    Parameters
    ----------
    x : np.ndarray, shape (N, T, D)
        The sequences.
    h0, c0 : np.ndarray or None, shape (layers·directions, N, H)
        The state before the first step; ``None`` for zeros.
    mask : np.ndarray of bool or None, shape (N, T)
        True while a sequence lasts, False after its end; ``None`` when all have T steps.
    *weights : np.ndarray or None
        Four for each layer, twice as many when bidirectional: w_ih_l0 (4H, D), w_hh_l0 (4H, H), b_ih_l0 (4H,), b_hh_l0
        (4H,), then w_ih_l0_reverse …, then w_ih_l1 (4H, directions·H) …; a ``b`` may be ``None``.
    bidirectional : bool
        Whether each layer also reads the sequence from its end.

    Returns
    -------
    (y, h_n, c_n) : tuple of np.ndarray
        y, shape (N, T, directions·H): the last layer's h at every step, 0 after a sequence's end; h_n and c_n, shape
        (layers·directions, N, H): every layer's state at each sequence's own end.
    cache : tuple
        For :func:`lstm_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, T is 0, or a row of the mask is not Trues and then Falses.
    TypeError
        For anything but floating-point arrays of one dtype and a mask of booleans, or weights that are not in fours.

    Lesson: 14_lstm
    Source: Hochreiter and Schmidhuber, 1997, Long short-term memory; Gers and others, 2000, for the forget gate.
    """
    return unroll("lstm_forward", _CELL, x, (h0, c0), mask, weights, bidirectional)


def lstm_backward(dy: tuple, cache: tuple):
    """Send the gradient of long short-term memory back through time: :func:`lstm_cell_backward` from the last step on.

    dc[t − 1] = f[t] ⊙ (dc[t] + dh[t] ⊙ o[t] ⊙ (1 − tanh²(c[t]))),  dh[t] = dy[:, t] + dz[t + 1] · w_hh

    Parameters
    ----------
    dy : tuple of np.ndarray or None
        The gradients of the loss with respect to ``y``, ``h_n`` and ``c_n``; ``None`` for one the loss does not use.
    cache : tuple
        From :func:`lstm_forward`.

    Returns
    -------
    dx : np.ndarray, shape (N, T, D)
    dh0, dc0 : np.ndarray, shape (layers·directions, N, H), or None where there was none
    None
        The mask has no gradient.
    *dweights : np.ndarray or None
        In the order and shapes of ``weights``.

    Raises
    ------
    ShapeError
        When an upstream gradient has not the shape of its output.
    TypeError
        When one has another dtype, or they are no tuple of three.

    Lesson: 14_lstm
    Source: Graves and Schmidhuber, 2005, Framewise phoneme classification with bidirectional LSTM, appendix A.
    """
    return back_through_time("lstm_backward", dy, cache)
