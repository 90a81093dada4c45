"""Attention with several heads and positions in PyTorch."""

import torch
from torch.nn import functional

from dlkit.torch_ops import autograd


def multi_head_attention_forward(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, w_in: torch.Tensor, b_in: torch.Tensor | None, w_out: torch.Tensor,
    b_out: torch.Tensor | None, attn_mask: torch.Tensor | None = None, key_padding_mask: torch.Tensor | None = None,
    *, num_heads, is_causal=False,
):  # fmt: skip
    """Let several heads attend side by side, with ``torch.nn.functional.multi_head_attention_forward``.

    Parameters
    ----------
    q : torch.Tensor, shape (N, T, E)
    k, v : torch.Tensor, shape (N, S, E)
    w_in : torch.Tensor, shape (3E, E)
    b_in : torch.Tensor, shape (3E,), or None
    w_out : torch.Tensor, shape (E, E)
    b_out : torch.Tensor, shape (E,), or None
    attn_mask : torch.Tensor, shape (T, S) or (N·num_heads, T, S), optional
    key_padding_mask : torch.Tensor of bool, shape (N, S), optional
        True lets look in both masks; PyTorch's function wants the opposite, and numbers are the same for both.
    num_heads, is_causal
        As ``numpy_ops`` has them; PyTorch's function wants the causal mask besides ``is_causal``.

    Returns
    -------
    y : torch.Tensor, shape (N, T, E)
    cache : tuple

    Lesson: 16_transformers
    Source: torch.nn.functional.multi_head_attention_forward.
    """
    arrays = (q, k, v, w_in, b_in, w_out, b_out, attn_mask, key_padding_mask)
    return autograd.forward(_batch_first, *arrays, num_heads=num_heads, is_causal=is_causal)


def _batch_first(q, k, v, w_in, b_in, w_out, b_out, attn_mask, key_padding_mask, *, num_heads, is_causal):
    if is_causal and attn_mask is not None:
        raise ValueError("attn_mask and is_causal exclude each other")
    if is_causal:
        attn_mask = torch.ones(q.shape[1], k.shape[1], dtype=torch.bool, device=q.device).tril()
    y, _ = functional.multi_head_attention_forward(
        *(x.transpose(0, 1) for x in (q, k, v)), q.shape[-1], num_heads, w_in, b_in, None, None, False, 0.0, w_out, b_out,
        attn_mask=_to_add(attn_mask, q), key_padding_mask=_to_add(key_padding_mask, q), need_weights=False,
    )  # fmt: skip
    return y.transpose(0, 1)


def _to_add(mask, like):
    """0 and −∞ for True and False."""
    if mask is None or mask.is_floating_point():
        return mask
    return torch.zeros(mask.shape, dtype=like.dtype, device=like.device).masked_fill(~mask, -torch.inf)


def sinusoidal_positions(length: int, d_model: int, *, dtype=torch.float32) -> torch.Tensor:
    """Write each position as waves of many lengths: a cosine is a sine a quarter of a wave ahead.

    Parameters
    ----------
    length, d_model : int
    dtype : torch.dtype

    Returns
    -------
    torch.Tensor, shape (T, D)

    Lesson: 16_transformers
    Source: Vaswani et al., 2017, Attention is all you need, section 3.5.
    """
    feature, t = (torch.arange(size, dtype=torch.float64) for size in (d_model, length))
    wave = 10000.0 ** (2 * (feature // 2) / d_model)  # (D,)
    return torch.sin(t[:, None] / wave + feature % 2 * torch.pi / 2).to(dtype)


def rotary_forward(x: torch.Tensor, positions: torch.Tensor | None = None, *, base=10000.0):
    """Turn every pair of features as one complex number: a multiplication by exp(i·θ).

    Parameters
    ----------
    x : torch.Tensor, shape (..., T, D)
    positions : torch.Tensor of whole numbers, shape (T,), optional
    base : float

    Returns
    -------
    y : torch.Tensor, shape (..., T, D)
    cache : tuple

    Lesson: 16_transformers
    Source: Su et al., 2021, RoFormer: Enhanced transformer with rotary position embedding, section 3.2.1, equation 12.
    """
    return autograd.forward(_turn, x, positions, base=base)


def _turn(x, positions, *, base):
    t = torch.arange(x.shape[-2]) if positions is None else positions.cpu()  # Apple GPUs have no float64 for the angles
    angles = torch.outer(t.double(), base ** (-2 * torch.arange(x.shape[-1] // 2).double() / x.shape[-1]))  # (T, D / 2)
    turns = torch.polar(torch.ones_like(angles), angles).to(x.device, x.dtype.to_complex())
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)).contiguous())  # (..., T, D / 2)
    return torch.view_as_real(pairs * turns).flatten(-2)


multi_head_attention_backward = rotary_backward = autograd.backward
