"""Recurrent networks in PyTorch."""

from collections.abc import Callable
from functools import partial

import torch
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from dlkit.torch_ops import autograd


def sequences(
    network: Callable, states: int, x: torch.Tensor, *rest: torch.Tensor | None, bidirectional=False, **options
) -> tuple[torch.Tensor, ...]:
    """Call ``torch.nn.LSTM`` or one of its sisters with weights given, on packed sequences where there is a mask.

    Parameters
    ----------
    network : callable
        ``torch.nn.RNN``, ``torch.nn.LSTM`` or ``torch.nn.GRU``.
    states : int
        How many parts its state has.
    x : torch.Tensor, shape (N, T, D)
    *rest : torch.Tensor or None
        The first state, the mask and the weights.
    bidirectional : bool
    **options
        More of the network's own.

    Returns
    -------
    tuple of torch.Tensor
        y and the parts of the last state.

    Raises
    ------
    ValueError
        For what does not fit: of weights given from outside and of packed sequences PyTorch does not look at every shape, and
        would read beyond their ends.
    """
    start, mask, weights = rest[:states], rest[states], rest[states + 1 :]
    runs, width = len(weights) // 4, weights[1].shape[1]
    layers = runs // (2 if bidirectional else 1)
    options |= {"batch_first": True, "bidirectional": bidirectional, "dtype": x.dtype, "device": "meta"}  # without weights
    module = network(weights[0].shape[1], width, layers, **options)
    weights = [x.new_zeros(len(weights[1])) if w is None else w for w in weights]  # only offsets may be absent
    parameters = {}
    for (name, parameter), w in zip(module.named_parameters(), weights, strict=True):
        if w.shape != parameter.shape:
            raise ValueError(f"{name} has shape {tuple(w.shape)}, {tuple(parameter.shape)} expected")
        parameters[name] = w
    start = tuple(x.new_zeros(runs, len(x), width) if part is None else part for part in start)
    start = start if states > 1 else start[0]
    module.check_forward_args(x, start, None)
    if mask is not None and len(x):
        if mask.shape != x.shape[:2]:
            raise ValueError(f"mask has shape {tuple(mask.shape)}, {tuple(x.shape[:2])} expected")
        x = pack_padded_sequence(x, mask.sum(1).cpu(), batch_first=True, enforce_sorted=False)
    y, end = functional_call(module, parameters, (x, start))
    if mask is not None and len(mask):
        y, _ = pad_packed_sequence(y, batch_first=True, total_length=mask.shape[1])
    return (y, *end) if states > 1 else (y, end)


def rnn_cell_forward(
    x: torch.Tensor,
    h: torch.Tensor,
    w_ih: torch.Tensor,
    w_hh: torch.Tensor,
    b_ih: torch.Tensor | None = None,
    b_hh: torch.Tensor | None = None,
    *,
    nonlinearity="tanh",
):
    """Take one step of a recurrent network, with ``torch.rnn_tanh_cell`` or ``torch.rnn_relu_cell``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, D)
    h : torch.Tensor, shape (N, H)
    w_ih : torch.Tensor, shape (H, D)
    w_hh : torch.Tensor, shape (H, H)
    b_ih, b_hh : torch.Tensor, shape (H,), optional
    nonlinearity : "tanh" or "relu"

    Returns
    -------
    h : torch.Tensor, shape (N, H)
    cache : tuple

    Lesson: 13_recurrent_networks
    Source: torch.nn.RNNCell.
    """
    op = {"tanh": torch.rnn_tanh_cell, "relu": torch.rnn_relu_cell}[nonlinearity]
    return autograd.forward(op, x, h, w_ih, w_hh, b_ih, b_hh)


def rnn_forward(
    x: torch.Tensor, h0: torch.Tensor | None, mask: torch.Tensor | None, *weights, bidirectional=False, nonlinearity="tanh"
):
    """Read sequences step by step, with ``torch.nn.RNN``.

    Parameters
    ----------
    x : torch.Tensor, shape (N, T, D)
    h0 : torch.Tensor or None, shape (layers·directions, N, H)
    mask : torch.Tensor of bool or None, shape (N, T)
    *weights : torch.Tensor or None
    bidirectional : bool
    nonlinearity : "tanh" or "relu"
        All as ``numpy_ops`` has them.

    Returns
    -------
    (y, h_n) : tuple of torch.Tensor
    cache : tuple

    Lesson: 13_recurrent_networks
    Source: torch.nn.RNN.
    """
    op = partial(sequences, torch.nn.RNN, 1, nonlinearity=nonlinearity)
    return autograd.forward(op, x, h0, mask, *weights, bidirectional=bidirectional)


rnn_cell_backward = rnn_backward = autograd.backward
