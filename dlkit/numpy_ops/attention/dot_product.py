"""Dot-product attention: a query and a key that point the same way have a high score."""

from functools import partial
from math import prod, sqrt

import numpy as np

from dlkit.errors import ShapeError
from dlkit.numpy_ops.attention.weights import one_mask, scores_gradient_in_place, softmax_in_place
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream, listing, number, parse

PAIR = "q[... T D] k[... S D]"
TRIPLE = f"{PAIR} v[... S D_v]"
_CHUNK_BYTES = 2**20  # scores of this size stay in the cache of one core


def prepare(where: str, spec: str, *arrays, attn_mask, is_causal, scale) -> tuple[np.ndarray | None, float]:
    """Check shapes, dtypes and options of dot-product attention, and write its mask as numbers to add to the scores.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    spec : str
        ``PAIR`` or ``TRIPLE``.
    *arrays : np.ndarray
        Queries, keys and, with ``TRIPLE``, values.
    attn_mask, is_causal, scale
        As in :func:`scaled_dot_product_attention_forward`.

    Returns
    -------
    np.ndarray or None, float
        The mask, 0 and −∞ for True and False, in its own shape; and the scale.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`scaled_dot_product_attention_forward`.
    """
    sizes, shapes = expect_shapes(where, spec, *arrays), partial(listing, spec, *arrays)
    expect_floats(where, **dict(zip([name for name, *_ in parse(spec)], arrays, strict=True)))
    lead, dtype = arrays[0].shape[:-2], arrays[0].dtype
    if any(array.shape[:-2] != lead for array in arrays):
        raise ShapeError(f"{where}: the axes before the last two differ.\n{shapes()}")
    scale = 1 / sqrt(max(sizes["D"], 1)) if scale is None else number(where, "scale", scale)
    mask = one_mask(where, attn_mask, is_causal, sizes["T"], sizes["S"], dtype)
    if mask is None:
        return None, scale
    scores, shape = (*lead, sizes["T"], sizes["S"]), mask.shape
    behind = scores[max(len(scores) - len(shape), 0) :]  # the axes of the scores that the mask has too
    stretches = len(shape) == len(behind) and all(m in (1, n) for m, n in zip(shape, behind, strict=True))
    if len(shape) < 2 or shape[-1] != sizes["S"] or not stretches:
        raise ShapeError(
            f"{where}: attn_mask has shape {shape}, the scores (..., T, S) have {scores}. "
            f"The mask may lack leading axes, and all but its last may be 1.\n{shapes()}"
        )
    return np.where(mask, 0, -np.inf).astype(dtype) if mask.dtype == bool else mask, scale


def _weigh(q: np.ndarray, k: np.ndarray, bias: np.ndarray | None, out: np.ndarray) -> np.ndarray:
    """The weights of scaled queries for keys, written to ``out``, shape (..., T, S)."""
    np.matmul(q, k.swapaxes(-1, -2), out=out)
    if bias is not None:
        out += bias
    return softmax_in_place(out)


def attention_weights(q: np.ndarray, k: np.ndarray, attn_mask: np.ndarray | None = None, *, is_causal=False, scale=None):
    """Say how much every query looks at every key: the matrix of scaled dot-product attention, for pictures.

    p[…, t, s] = softmax_s(scale · Σ_d q[…, t, d] · k[…, s, d] + attn_mask[…, t, s])

    Parameters
    ----------
    q : np.ndarray, shape (..., T, D)
    k : np.ndarray, shape (..., S, D)
    attn_mask : np.ndarray, shape (..., T, S), optional
    is_causal, scale
        All as in :func:`scaled_dot_product_attention_forward`.

    Returns
    -------
    np.ndarray, shape (..., T, S)
        Rows sum to one; a row that may look nowhere is zeros.

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`scaled_dot_product_attention_forward`.

    Lesson: 15_attention
    Source: Vaswani et al., 2017, Attention is all you need, equation 1.
    """
    bias, scale = prepare("attention_weights", PAIR, q, k, attn_mask=attn_mask, is_causal=is_causal, scale=scale)
    return _weigh(q * scale, k, bias, out=np.empty((*q.shape[:-1], k.shape[-2]), q.dtype))


def _matrices(array: np.ndarray) -> np.ndarray:
    """All leading axes as one: a row of matrices, shape (B, ·, ·)."""
    return array.reshape(prod(array.shape[:-2]), *array.shape[-2:])


def _chunks(weights: np.ndarray):
    """Slices of a few matrices at a time."""
    step = max(1, _CHUNK_BYTES // max(weights[:1].nbytes, 1))
    return (slice(start, start + step) for start in range(0, len(weights), step))


def scaled_dot_product_attention_forward(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, attn_mask: np.ndarray | None = None, *, is_causal=False, scale=None
):
    """Give every query the mean of the values, weighted by how well it matches their keys.

    p[…, t, s] = softmax_s(scale · Σ_d q[…, t, d] · k[…, s, d] + attn_mask[…, t, s]),  y[…, t, e] = Σ_s p[…, t, s] · v[…, s, e]

    Parameters
    ----------
    q : np.ndarray, shape (..., T, D)
        The queries: what each of T places looks for. Leading axes are for batches and heads.
    k : np.ndarray, shape (..., S, D)
        The keys: what each of S places offers.
    v : np.ndarray, shape (..., S, D_v)
        The values: what each of S places hands over.
    attn_mask : np.ndarray, shape (..., T, S), optional
        Booleans, True where a query may look; or numbers to add to the scores, −∞ where it may not. Leading axes may be absent,
        and all axes but the last may be 1: such a mask serves all.
    is_causal : bool
        Query t may look at keys 0 to t only. Not together with ``attn_mask``.
    scale : float, optional
        What scores are multiplied by; 1/√D by default.

    Returns
    -------
    y : np.ndarray, shape (..., T, D_v)
        A query that may look nowhere gets zeros.
    cache : tuple
        For :func:`scaled_dot_product_attention_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit.
    TypeError
        For anything but floating-point arrays of one dtype and masks of booleans or of that dtype, or options of another kind.
    ValueError
        When ``attn_mask`` and ``is_causal`` are both given.

    Notes
    -----
    The variance of a dot product of D independent numbers grows as D; dividing by √D keeps the softmax out of saturation.
    Queries are scaled, not scores: T·D multiplications instead of T·S. A few heads are worked on at a time, so that their
    scores stay in the processor's cache from the product to the weighted sum.

    Lesson: 15_attention
    Source: Vaswani et al., 2017, Attention is all you need, section 3.2.1, equation 1.
    """
    options = {"attn_mask": attn_mask, "is_causal": is_causal, "scale": scale}
    bias, scale = prepare("scaled_dot_product_attention_forward", TRIPLE, q, k, v, **options)
    mask_shape = attn_mask.shape if attn_mask is not None and attn_mask.dtype != bool else None
    lead, q, k, v = q.shape[:-2], _matrices(q) * scale, _matrices(k), _matrices(v)
    if bias is not None:
        bias = _matrices(np.broadcast_to(bias, (*lead, *bias.shape[-2:])))  # (B, T or 1, S)
    weights = np.empty((*q.shape[:2], k.shape[1]), q.dtype)  # (B, T, S)
    y = np.empty((*q.shape[:2], v.shape[2]), q.dtype)  # (B, T, D_v)
    for some in _chunks(weights):
        _weigh(q[some], k[some], None if bias is None else bias[some], out=weights[some])
        np.matmul(weights[some], v[some], out=y[some])
    return y.reshape(*lead, *y.shape[1:]), (q, k, v, weights, lead, scale, mask_shape)


def scaled_dot_product_attention_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of attention back to queries, keys, values and a mask of numbers.

    With p the weights, dp[t, s] = Σ_e dy[t, e] · v[s, e] and ds[t, s] = p[t, s] · (dp[t, s] − Σ_r p[t, r] · dp[t, r]):
    dq = scale · ds · k,  dk = scale · dsᵀ · q,  dv = pᵀ · dy,  dattn_mask = ds, summed over the axes along which it was 1.

    Parameters
    ----------
    dy : np.ndarray, shape (..., T, D_v)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`scaled_dot_product_attention_forward`.

    Returns
    -------
    dq : np.ndarray, shape (..., T, D)
    dk : np.ndarray, shape (..., S, D)
    dv : np.ndarray, shape (..., S, D_v)
    dattn_mask : np.ndarray, shape of ``attn_mask``, or None where it held booleans or was absent

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 15_attention
    Source: Dao et al., 2022, FlashAttention, appendix B.2.
    """
    q, k, v, weights, lead, scale, mask_shape = cache  # q is scaled already
    shape = (*lead, weights.shape[1], v.shape[2])
    dy = _matrices(expect_upstream("scaled_dot_product_attention_backward", dy, shape, q.dtype))  # (B, T, D_v)
    dq, dk, dv = (np.empty(array.shape, array.dtype) for array in (q, k, v))
    dscores = None if mask_shape is None else np.empty_like(weights)  # (B, T, S)
    for some in _chunks(weights):
        p = weights[some]  # (few, T, S)
        np.matmul(p.swapaxes(1, 2), dy[some], out=dv[some])
        ds = scores_gradient_in_place(dy[some] @ v[some].swapaxes(1, 2), p)  # (few, T, S)
        np.matmul(ds, k[some], out=dq[some])
        np.matmul(ds.swapaxes(1, 2), q[some], out=dk[some])
        if dscores is not None:
            dscores[some] = ds
    dq *= scale
    dq, dk, dv = (array.reshape(*lead, *array.shape[1:]) for array in (dq, dk, dv))
    return dq, dk, dv, None if dscores is None else _fold(dscores.reshape(*lead, *weights.shape[1:]), mask_shape)


def _fold(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum over the axes along which an array of ``shape`` was stretched."""
    aligned = (1,) * (array.ndim - len(shape)) + shape
    return array.sum(axis=tuple(axis for axis, size in enumerate(aligned) if size == 1)).reshape(shape)
