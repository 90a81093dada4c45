"""Attention in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def scaled_dot_product_attention_forward(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, attn_mask: torch.Tensor | None = None, *, is_causal=False, scale=None
):
    """Give every query the weighted mean of the values, with ``torch.nn.functional.scaled_dot_product_attention``.

    Parameters
    ----------
    q : torch.Tensor, shape (..., T, D)
    k : torch.Tensor, shape (..., S, D)
    v : torch.Tensor, shape (..., S, D_v)
    attn_mask : torch.Tensor, shape (..., T, S), optional
    is_causal, scale
        As ``numpy_ops`` has them.

    Returns
    -------
    y : torch.Tensor, shape (..., T, D_v)
    cache : tuple

    Lesson: 15_attention
    Source: torch.nn.functional.scaled_dot_product_attention.
    """
    options = {"dropout_p": 0.0, "is_causal": is_causal, "scale": scale}
    return autograd.forward(functional.scaled_dot_product_attention, q, k, v, attn_mask, **options)


def additive_attention_forward(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, w_q: torch.Tensor, w_k: torch.Tensor, w_score: torch.Tensor,
    mask: torch.Tensor | None = None,
):  # fmt: skip
    """Weigh values by a small network that looks at a query and a key together: PyTorch has no function of its own for it.

    Parameters
    ----------
    q : torch.Tensor, shape (N, T, D_q)
    k : torch.Tensor, shape (N, S, D_k)
    v : torch.Tensor, shape (N, S, D_v)
    w_q : torch.Tensor, shape (A, D_q)
    w_k : torch.Tensor, shape (A, D_k)
    w_score : torch.Tensor, shape (A,)
    mask : torch.Tensor of bool, shape (N, S), optional

    Returns
    -------
    y : torch.Tensor, shape (N, T, D_v)
    cache : tuple

    Lesson: 15_attention
    Source: Bahdanau, Cho and Bengio, 2015, Neural machine translation by jointly learning to align and translate, app. A.1.2.
    """
    return autograd.forward(_additive_attention, q, k, v, w_q, w_k, w_score, mask)


def _additive_attention(q, k, v, w_q, w_k, w_score, mask):
    hidden = torch.tanh(functional.linear(q, w_q).unsqueeze(2) + functional.linear(k, w_k).unsqueeze(1))  # (N, T, S, A)
    scores = torch.einsum("ntsa,a->nts", hidden, w_score)
    if mask is None:
        return scores.softmax(dim=2) @ v
    may = mask[:, None].expand_as(scores)  # (N, T, S)
    return scores.masked_fill(~may, torch.finfo(v.dtype).min).softmax(dim=2).mul(may) @ v  # zeros where there is no key


scaled_dot_product_attention_backward = additive_attention_backward = autograd.backward
