"""A recurrent network as the words say it: one cell, one sequence, one step after another. Slow, and nothing is hidden."""

import numpy as np

from dlkit.numpy_ops.recurrent_networks.rnn import cell_of, rnn_cell_backward, rnn_cell_forward
from dlkit.numpy_ops.recurrent_networks.unrolling import expect_sequences, upstreams


def _order(length: int, direction: int) -> list[int]:
    """The steps of a sequence in the order they are read: from the front, or from its own end."""
    return [*range(length)][:: -1 if direction else 1]


def rnn_loops_forward(
    x: np.ndarray, h0: np.ndarray | None, mask: np.ndarray | None, *weights, bidirectional=False, nonlinearity="tanh"
):
    """Read each sequence by itself, calling the cell at every step: the same numbers as ``rnn_forward``, many times slower.

    h[t] = rnn_cell(x[t], h[t − 1])

    Parameters
    ----------
    x : np.ndarray, shape (N, T, D)
    h0 : np.ndarray or None, shape (layers·directions, N, H)
    mask : np.ndarray of bool or None, shape (N, T)
    *weights : np.ndarray or None
    bidirectional : bool
    nonlinearity : "tanh" or "relu"
        All as in :func:`dlkit.numpy_ops.recurrent_networks.rnn_forward`.

    Returns
    -------
    (y, h_n) : tuple of np.ndarray
        y, shape (N, T, directions·H); h_n, shape (layers·directions, N, H).
    cache : tuple
        For :func:`rnn_loops_backward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`dlkit.numpy_ops.recurrent_networks.rnn_forward`.

    Lesson: 13_recurrent_networks
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, section 10.2.
    """
    cell = cell_of("rnn_loops_forward", nonlinearity)
    directions = expect_sequences("rnn_loops_forward", cell, x, (h0,), mask, weights, bidirectional)
    runs, width = len(weights) // 4, weights[1].shape[1]
    lengths = [x.shape[1]] * len(x) if mask is None else [int(row.sum()) for row in mask]
    h_n = np.zeros((runs, len(x), width), x.dtype)  # (layers·directions, N, H)
    inputs, caches = [x], {}
    for run in range(runs):
        layer, direction = divmod(run, directions)
        if direction == 0:
            inputs.append(np.zeros((*x.shape[:2], directions * width), x.dtype))  # (N, T, directions·H)
        for n, length in enumerate(lengths):
            h = np.zeros((1, width), x.dtype) if h0 is None else h0[run, n : n + 1]  # (1, H)
            for t in _order(length, direction):
                here = inputs[layer][n : n + 1, t]  # (1, D)
                h, caches[run, n, t] = rnn_cell_forward(here, h, *weights[4 * run : 4 * run + 4], nonlinearity=nonlinearity)
                inputs[layer + 1][n, t, direction * width : (direction + 1) * width] = h[0]
            h_n[run, n] = h[0]
    return (inputs[-1], h_n), (weights, h0 is not None, lengths, directions, [a.shape for a in inputs], h_n, caches)


def rnn_loops_backward(dy: tuple, cache: tuple):
    """Walk every sequence back from its last step, adding each step's share to the weights' gradients.

    dh[t − 1] = dh of rnn_cell_backward(dy[t] + dh[t]),  dw = Σ over steps and sequences

    Parameters
    ----------
    dy : tuple of np.ndarray or None
        The gradients of the loss with respect to ``y`` and ``h_n``; ``None`` for one the loss does not use.
    cache : tuple
        From :func:`rnn_loops_forward`.

    Returns
    -------
    tuple of np.ndarray or None
        dx, dh0, ``None`` for the mask, and those of the weights.

    Raises
    ------
    ShapeError, TypeError
        As in :func:`dlkit.numpy_ops.recurrent_networks.rnn_backward`.

    Lesson: 13_recurrent_networks
    Source: Werbos, 1990, Backpropagation through time: what it does and how to do it.
    """
    weights, has_start, lengths, directions, shapes, h_n, caches = cache
    dy, dh_n = upstreams("rnn_loops_backward", dy, {"y": shapes[-1], "h_n": h_n.shape}, h_n.dtype)
    dinputs = [*[np.zeros(shape, dy.dtype) for shape in shapes[:-1]], dy]
    dweights = [None if w is None else np.zeros_like(w) for w in weights]
    dh0, width = np.zeros_like(h_n), h_n.shape[2]
    for run in reversed(range(len(h_n))):
        layer, direction = divmod(run, directions)
        for n, length in enumerate(lengths):
            dh = dh_n[run, n : n + 1]  # (1, H)
            for t in reversed(_order(length, direction)):
                shown = dinputs[layer + 1][n : n + 1, t, direction * width : (direction + 1) * width]  # (1, H)
                dx, dh, *shares = rnn_cell_backward(shown + dh, caches[run, n, t])
                dinputs[layer][n, t] += dx[0]
                for k, share in enumerate(shares, start=4 * run):
                    if share is not None:
                        dweights[k] += share
            dh0[run, n] = dh[0]
    return dinputs[0], dh0 if has_start else None, None, *dweights
