"""Additive attention: a small network looks at a query and a key together and gives them a score."""

import numpy as np

from dlkit.numpy_ops.attention.weights import expect_mask, scores_gradient_in_place, softmax_in_place
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream


def additive_attention_forward(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, w_q: np.ndarray, w_k: np.ndarray, w_score: np.ndarray,
    mask: np.ndarray | None = None,
):  # fmt: skip
    """Weigh values by a small network that looks at a query and a key together.

    h[n, t, s, a] = tanh(Σ_i w_q[a, i] · q[n, t, i] + Σ_j w_k[a, j] · k[n, s, j])
    p[n, t, s] = softmax_s(Σ_a w_score[a] · h[n, t, s, a]),  y[n, t, e] = Σ_s p[n, t, s] · v[n, s, e]

    Parameters
    ----------
    q : np.ndarray, shape (N, T, D_q)
        The queries; in translation the decoder's states.
    k : np.ndarray, shape (N, S, D_k)
        The keys; in translation the encoder's states.
    v : np.ndarray, shape (N, S, D_v)
        The values; often the keys again.
    w_q : np.ndarray, shape (A, D_q)
    w_k : np.ndarray, shape (A, D_k)
    w_score : np.ndarray, shape (A,)
        The network: A hidden neurons, one score.
    mask : np.ndarray of bool, shape (N, S), optional
        True where there is a key to look at, False at padding.

    Returns
    -------
    y : np.ndarray, shape (N, T, D_v)
        Zeros where there is no key to look at.
    cache : tuple
        For :func:`additive_attention_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit.
    TypeError
        For anything but floating-point arrays of one dtype, and a mask of booleans.

    Notes
    -----
    Each query and each key passes through its half of the network once; only the sum is made for every pair.

    Lesson: 15_attention
    Source: Bahdanau, Cho and Bengio, 2015, Neural machine translation by jointly learning to align and translate, app. A.1.2.
    """
    spec = "q[N T D_q] k[N S D_k] v[N S D_v] w_q[A D_q] w_k[A D_k] w_score[A] mask[N S]?"
    expect_shapes("additive_attention_forward", spec, q, k, v, w_q, w_k, w_score, mask)
    expect_floats("additive_attention_forward", q=q, k=k, v=v, w_q=w_q, w_k=w_k, w_score=w_score)
    if mask is not None:
        expect_mask("additive_attention_forward", "mask", mask)
    h = (q @ w_q.T)[:, :, None] + (k @ w_k.T)[:, None]  # (N, T, S, A)
    np.tanh(h, out=h)
    p = h @ w_score  # (N, T, S)
    if mask is not None:
        np.copyto(p, -np.inf, where=~mask[:, None])
    softmax_in_place(p)
    return p @ v, (q, k, v, w_q, w_k, w_score, h, p)


def additive_attention_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of additive attention back to queries, keys, values and the three weights.

    With ds as in :func:`scaled_dot_product_attention_backward`: dw_score[a] = Σ ds[n, t, s] · h[n, t, s, a], and
    dz[n, t, s, a] = ds[n, t, s] · w_score[a] · (1 − h[n, t, s, a]²) goes to the query's half, summed over keys, and to the
    key's half, summed over queries.

    Parameters
    ----------
    dy : np.ndarray, shape (N, T, D_v)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`additive_attention_forward`.

    Returns
    -------
    dq : np.ndarray, shape (N, T, D_q)
    dk : np.ndarray, shape (N, S, D_k)
    dv : np.ndarray, shape (N, S, D_v)
    dw_q : np.ndarray, shape (A, D_q)
    dw_k : np.ndarray, shape (A, D_k)
    dw_score : np.ndarray, shape (A,)
    dmask : None

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 15_attention
    Source: Bahdanau, Cho and Bengio, 2015, Neural machine translation by jointly learning to align and translate, app. A.1.2.
    """
    q, k, v, w_q, w_k, w_score, h, p = cache
    dy = expect_upstream("additive_attention_backward", dy, (*p.shape[:2], v.shape[2]), v.dtype)
    dv = p.swapaxes(1, 2) @ dy  # (N, S, D_v)
    ds = scores_gradient_in_place(dy @ v.swapaxes(1, 2), p)  # (N, T, S)
    dw_score = np.tensordot(ds, h, axes=3)  # (A,)
    dz = ds[..., None] * w_score * (1 - h * h)  # (N, T, S, A)
    dz_q, dz_k = dz.sum(axis=2), dz.sum(axis=1)  # (N, T, A), (N, S, A)
    dw_q = np.tensordot(dz_q, q, axes=((0, 1), (0, 1)))  # (A, D_q)
    dw_k = np.tensordot(dz_k, k, axes=((0, 1), (0, 1)))  # (A, D_k)
    return dz_q @ w_q, dz_k @ w_k, dv, dw_q, dw_k, dw_score, None
