"""Long short-term memory and the gated recurrent unit in PyTorch."""

from functools import partial

import torch

from dlkit.torch_ops import autograd
from dlkit.torch_ops.recurrent_networks import sequences


def lstm_cell_forward(
    x: torch.Tensor,
    h: torch.Tensor,
    c: torch.Tensor,
    w_ih: torch.Tensor,
    w_hh: torch.Tensor,
    b_ih: torch.Tensor | None = None,
    b_hh: torch.Tensor | None = None,
):
    """Take one step of long short-term memory, with ``torch.lstm_cell``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, D)
    h, c : torch.Tensor, shape (N, H)
    w_ih : torch.Tensor, shape (4H, D)
    w_hh : torch.Tensor, shape (4H, H)
    b_ih, b_hh : torch.Tensor, shape (4H,), optional

    Returns
    -------
    (h, c) : tuple of torch.Tensor, each of shape (N, H)
    cache : tuple

    Lesson: 14_lstm
    Source: torch.nn.LSTMCell.
    """
    return autograd.forward(lambda x, h, c, *weights: torch.lstm_cell(x, (h, c), *weights), x, h, c, w_ih, w_hh, b_ih, b_hh)


def gru_cell_forward(
    x: torch.Tensor,
    h: torch.Tensor,
    w_ih: torch.Tensor,
    w_hh: torch.Tensor,
    b_ih: torch.Tensor | None = None,
    b_hh: torch.Tensor | None = None,
):
    """Take one step of a gated recurrent unit, with ``torch.gru_cell``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, D)
    h : torch.Tensor, shape (N, H)
    w_ih : torch.Tensor, shape (3H, D)
    w_hh : torch.Tensor, shape (3H, H)
    b_ih, b_hh : torch.Tensor, shape (3H,), optional

    Returns
    -------
    h : torch.Tensor, shape (N, H)
    cache : tuple

    Lesson: 14_lstm
    Source: torch.nn.GRUCell.
    """
    return autograd.forward(torch.gru_cell, x, h, w_ih, w_hh, b_ih, b_hh)


def lstm_forward(
    x: torch.Tensor, h0: torch.Tensor | None, c0: torch.Tensor | None, mask: torch.Tensor | None, *weights, bidirectional=False
):
    """Read sequences with long short-term memory, with ``torch.nn.LSTM``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, T, D)
    h0, c0 : torch.Tensor or None, shape (layers·directions, N, H)
    mask : torch.Tensor of bool or None, shape (N, T)
    *weights : torch.Tensor or None
    bidirectional : bool
        All as ``numpy_ops`` has them.

    Returns
    -------
    (y, h_n, c_n) : tuple of torch.Tensor
    cache : tuple

    Lesson: 14_lstm
    Source: torch.nn.LSTM.
    """
    return autograd.forward(partial(sequences, torch.nn.LSTM, 2), x, h0, c0, mask, *weights, bidirectional=bidirectional)


def gru_forward(x: torch.Tensor, h0: torch.Tensor | None, mask: torch.Tensor | None, *weights, bidirectional=False):
    """Read sequences with a gated recurrent unit, with ``torch.nn.GRU``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, T, D)
    h0 : torch.Tensor or None, shape (layers·directions, N, H)
    mask : torch.Tensor of bool or None, shape (N, T)
    *weights : torch.Tensor or None
    bidirectional : bool
        All as ``numpy_ops`` has them.

    Returns
    -------
    (y, h_n) : tuple of torch.Tensor
    cache : tuple

    Lesson: 14_lstm
    Source: torch.nn.GRU.
    """
    return autograd.forward(partial(sequences, torch.nn.GRU, 1), x, h0, mask, *weights, bidirectional=bidirectional)


lstm_cell_backward = gru_cell_backward = lstm_backward = gru_backward = autograd.backward
