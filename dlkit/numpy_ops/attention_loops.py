"""Attention as the formula says it, one query at a time. Slow, readable, and under the same tests as the fast one."""

import numpy as np

from dlkit.numpy_ops.attention.dot_product import TRIPLE, prepare
from dlkit.shapes import expect_upstream


def scaled_dot_product_attention_loops_forward(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, attn_mask: np.ndarray | None = None, *, is_causal=False, scale=None
):
    """Let one query after the other look around: the same numbers as ``scaled_dot_product_attention_forward``.

    p[…, t, s] = softmax_s(scale · Σ_d q[…, t, d] · k[…, s, d] + attn_mask[…, t, s]),  y[…, t, e] = Σ_s p[…, t, s] · v[…, s, e]

    Parameters
    ----------
    q : np.ndarray, shape (..., T, D)
    k : np.ndarray, shape (..., S, D)
    v : np.ndarray, shape (..., S, D_v)
    attn_mask : np.ndarray, shape (..., T, S), optional
    is_causal, scale
        As in :func:`dlkit.numpy_ops.attention.scaled_dot_product_attention_forward`.

    Returns
    -------
    y : np.ndarray, shape (..., T, D_v)
    cache : tuple
        For :func:`scaled_dot_product_attention_loops_backward`.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`dlkit.numpy_ops.attention.scaled_dot_product_attention_forward`.

    Lesson: 15_attention
    Source: Vaswani et al., 2017, Attention is all you need, equation 1.
    """
    where, options = "scaled_dot_product_attention_loops_forward", {"is_causal": is_causal, "scale": scale}
    bias, scale = prepare(where, TRIPLE, q, k, v, attn_mask=attn_mask, **options)
    has_gradient = attn_mask is not None and attn_mask.dtype != bool
    weights = np.zeros((*q.shape[:-1], k.shape[-2]), q.dtype)  # (..., T, S)
    bias = np.broadcast_to(np.zeros_like(weights) if bias is None else bias, weights.shape)  # (..., T, S)
    y = np.zeros((*q.shape[:-1], v.shape[-1]), q.dtype)  # (..., T, D_v)
    for here in np.ndindex(q.shape[:-1]):  # here = (…, t): one query
        head = here[:-1]
        scores = scale * k[head] @ q[here] + bias[here]  # (S,)
        if np.any(scores > -np.inf):  # a query that may look nowhere keeps its zeros
            e = np.exp(scores - scores.max())  # (S,)
            weights[here] = e / e.sum()
            y[here] = weights[here] @ v[head]
    return y, (q, k, v, weights, scale, attn_mask.shape if has_gradient else None)


def scaled_dot_product_attention_loops_backward(dy: np.ndarray, cache: tuple):
    """Walk the same loop back: each query hands its gradient to itself, to the keys and to the values it looked at.

    For every query t: dv[s] gains p[s] · dy[t], with dp[s] = dy[t] · v[s] and ds[s] = p[s] · (dp[s] − Σ_r p[r] · dp[r])
    the query gets scale · Σ_s ds[s] · k[s], key s gains scale · ds[s] · q[t], and the mask ds[s].

    Parameters
    ----------
    dy : np.ndarray, shape (..., T, D_v)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`scaled_dot_product_attention_loops_forward`.

    Returns
    -------
    dq : np.ndarray, shape (..., T, D)
    dk : np.ndarray, shape (..., S, D)
    dv : np.ndarray, shape (..., S, D_v)
    dattn_mask : np.ndarray, shape of ``attn_mask``, or None where it held booleans or was absent

    Raises
    ------
    ShapeError, TypeError
        As in :func:`dlkit.numpy_ops.attention.scaled_dot_product_attention_backward`.

    Lesson: 15_attention
    Source: Dao et al., 2022, FlashAttention, appendix B.2.
    """
    q, k, v, weights, scale, mask_shape = cache
    dy = expect_upstream("scaled_dot_product_attention_loops_backward", dy, (*q.shape[:-1], v.shape[-1]), q.dtype)
    dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
    dmask = np.zeros(mask_shape or weights.shape, q.dtype)
    stretched = np.broadcast_to(np.arange(dmask.size).reshape(dmask.shape), weights.shape)  # which number of the mask is used
    for here in np.ndindex(q.shape[:-1]):
        head, p = here[:-1], weights[here]  # p (S,)
        dp = v[head] @ dy[here]  # (S,)
        ds = p * (dp - p @ dp)  # (S,)
        dq[here] = scale * ds @ k[head]
        dk[head] += scale * np.outer(ds, q[here])
        dv[head] += np.outer(p, dy[here])
        dmask.flat[stretched[here]] += ds
    return dq, dk, dv, None if mask_shape is None else dmask
