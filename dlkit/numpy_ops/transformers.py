"""What a transformer adds to the layers known already: attention with several heads, and a sense of position."""

import numpy as np

from dlkit.errors import ShapeError
from dlkit.numpy_ops.attention import scaled_dot_product_attention_backward, scaled_dot_product_attention_forward
from dlkit.numpy_ops.attention.weights import expect_mask, one_mask
from dlkit.numpy_ops.neurons import linear_backward, linear_forward
from dlkit.shapes import expect_floats, expect_shapes, expect_upstream, expect_whole_numbers, listing, number, whole

_HEADS = "q[N T E] k[N S E] v[N S E] w_in[3E E] b_in[3E]? w_out[E E] b_out[E]? key_padding_mask[N S]?"


def _prepare(where, q, k, v, w_in, b_in, w_out, b_out, attn_mask, key_padding_mask, *, num_heads, is_causal):
    """Check shapes, dtypes and options of multi-head attention, and make one mask of all, fit for (N, heads, T, S)."""
    arrays = (q, k, v, w_in, b_in, w_out, b_out, key_padding_mask)
    known = {"3E": 3 * q.shape[-1]} if getattr(q, "shape", ()) else {}
    n, t, e, s = (expect_shapes(where, _HEADS, *arrays, owner="q", **known)[letter] for letter in "NTES")
    expect_floats(where, q=q, k=k, v=v, w_in=w_in, b_in=b_in, w_out=w_out, b_out=b_out)
    num_heads = whole(where, "num_heads", num_heads, least=1)
    if e % num_heads:
        raise ShapeError(f"{where}: E is {e}, which num_heads={num_heads} does not divide.\n{listing(_HEADS, *arrays)}")
    mask = one_mask(where, attn_mask, is_causal, t, s, q.dtype)
    if mask is not None and mask.shape not in ((t, s), (n * num_heads, t, s)):
        raise ShapeError(
            f"{where}: attn_mask has shape {mask.shape}; give (T, S) = {(t, s)} for all heads, "
            f"or (N·num_heads, T, S) = {(n * num_heads, t, s)}.\n{listing(_HEADS, *arrays)}"
        )
    if mask is not None and mask.ndim == 3:
        mask = mask.reshape(n, num_heads, t, s)
    if key_padding_mask is None:
        return mask
    expect_mask(where, "key_padding_mask", key_padding_mask)
    keys = key_padding_mask[:, None, None]  # (N, 1, 1, S)
    if mask is None or mask.dtype == bool:
        return keys if mask is None else keys & mask
    return np.where(keys, mask, -np.inf)  # (N, 1 or heads, T, S)


def _split(x: np.ndarray, num_heads: int) -> np.ndarray:
    """Deal the features out to the heads: (N, L, E) becomes (N, heads, L, E / heads)."""
    n, length, e = x.shape
    return x.reshape(n, length, num_heads, e // num_heads).swapaxes(1, 2)


def _join(x: np.ndarray) -> np.ndarray:
    """Put the heads' features side by side again: (N, heads, L, E / heads) becomes (N, L, E)."""
    n, num_heads, length, d = x.shape
    return x.swapaxes(1, 2).reshape(n, length, num_heads * d)


def multi_head_attention_forward(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, w_in: np.ndarray, b_in: np.ndarray | None, w_out: np.ndarray,
    b_out: np.ndarray | None, attn_mask: np.ndarray | None = None, key_padding_mask: np.ndarray | None = None,
    *, num_heads, is_causal=False,
):  # fmt: skip
    """Let several heads attend side by side, each to its own small projection of queries, keys and values.

    y = w_out · [head₀; head₁; …] + b_out,  headₕ = attention(w_qₕ · q + b_qₕ, w_kₕ · k + b_kₕ, w_vₕ · v + b_vₕ)

    Parameters
    ----------
    q : np.ndarray, shape (N, T, E)
        The sequence that looks; for self-attention give one array as q, k and v.
    k, v : np.ndarray, shape (N, S, E)
        The sequence that is looked at.
    w_in : np.ndarray, shape (3E, E)
        The projections w_q, w_k and w_v, one below the other; head h owns E / num_heads rows of each.
    b_in : np.ndarray, shape (3E,), or None
    w_out : np.ndarray, shape (E, E)
        Mixes what the heads found.
    b_out : np.ndarray, shape (E,), or None
    attn_mask : np.ndarray, shape (T, S) or (N·num_heads, T, S), optional
        Booleans, True where a query may look; or numbers to add to the scores, −∞ where it may not.
    key_padding_mask : np.ndarray of bool, shape (N, S), optional
        True where there is a key to look at, False at padding.
    num_heads : int
        Divides E.
    is_causal : bool
        Query t may look at keys 0 to t only. Not together with ``attn_mask``.

    Returns
    -------
    y : np.ndarray, shape (N, T, E)
        A query that may look nowhere gets ``b_out``.
    cache : tuple
        For :func:`multi_head_attention_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, or ``num_heads`` does not divide E.
    TypeError
        For anything but floating-point arrays of one dtype and masks of booleans or of that dtype, or options of another kind.
    ValueError
        When ``attn_mask`` and ``is_causal`` are both given.

    Notes
    -----
    True lets look in every mask of this course, as in :func:`dlkit.numpy_ops.attention.scaled_dot_product_attention_forward`.
    ``torch.nn.MultiheadAttention`` says True where it hides: give it ``~mask``.

    Lesson: 16_transformers
    Source: Vaswani et al., 2017, Attention is all you need, section 3.2.2.
    """
    where, options = "multi_head_attention_forward", {"num_heads": num_heads, "is_causal": is_causal}
    mask = _prepare(where, q, k, v, w_in, b_in, w_out, b_out, attn_mask, key_padding_mask, **options)
    biases = (None, None, None) if b_in is None else np.split(b_in, 3)
    inward = [linear_forward(x, w, b) for x, w, b in zip((q, k, v), np.split(w_in, 3), biases, strict=True)]
    heads, attention = scaled_dot_product_attention_forward(*[_split(x, num_heads) for x, _ in inward], mask)
    y, outward = linear_forward(_join(heads), w_out, b_out)  # (N, T, E)
    mask_shape = attn_mask.shape if attn_mask is not None and attn_mask.dtype != bool else None
    return y, (q, [cache for _, cache in inward], attention, outward, num_heads, mask_shape)


def multi_head_attention_backward(dy: np.ndarray, cache: tuple):
    """Send the gradient of multi-head attention back through its three steps: out, attention, in.

    Parameters
    ----------
    dy : np.ndarray, shape (N, T, E)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`multi_head_attention_forward`.

    Returns
    -------
    dq : np.ndarray, shape (N, T, E)
    dk, dv : np.ndarray, shape (N, S, E)
        For self-attention the gradient of the one array is dq + dk + dv.
    dw_in : np.ndarray, shape (3E, E)
    db_in : np.ndarray, shape (3E,), or None where there was no ``b_in``
    dw_out : np.ndarray, shape (E, E)
    db_out : np.ndarray, shape (E,), or None where there was no ``b_out``
    dattn_mask : np.ndarray, shape of ``attn_mask``, or None where it held booleans or was absent
    dkey_padding_mask : None

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 16_transformers
    Source: Vaswani et al., 2017, Attention is all you need, section 3.2.2.
    """
    q, inward, attention, outward, num_heads, mask_shape = cache
    dy = expect_upstream("multi_head_attention_backward", dy, q.shape, q.dtype)
    dheads, dw_out, db_out = linear_backward(dy, outward)
    *dprojected, dmask = scaled_dot_product_attention_backward(_split(dheads, num_heads), attention)
    steps = [linear_backward(_join(dx), cache) for dx, cache in zip(dprojected, inward, strict=True)]
    (dq, dk, dv), dws, dbs = zip(*steps, strict=True)
    db_in = None if dbs[0] is None else np.concatenate(dbs)  # (3E,)
    if mask_shape is None:
        dmask = None
    elif len(mask_shape) == 3:
        dmask = dmask.reshape(mask_shape)
    else:
        dmask = dmask.sum(axis=tuple(range(dmask.ndim - 2)))  # a mask for all: (T, S)
    return dq, dk, dv, np.concatenate(dws), db_in, dw_out, db_out, dmask, None


def sinusoidal_positions(length: int, d_model: int, *, dtype=np.float32) -> np.ndarray:
    """Write each position as waves of many lengths, to be added to what stands there.

    p[t, 2i] = sin(t / 10000^(2i / d_model)),  p[t, 2i + 1] = cos(t / 10000^(2i / d_model))

    Parameters
    ----------
    length : int
        T, how many positions.
    d_model : int
        D, how many features.
    dtype : np.dtype
        Of the result.

    Returns
    -------
    np.ndarray, shape (T, D)

    Raises
    ------
    ShapeError
        When a size is negative.
    TypeError
        When a size is not a whole number.

    Notes
    -----
    The waves are as long as 2π to 10000 · 2π positions. Position t + s is a rotation of position t, pair by pair.

    Lesson: 16_transformers
    Source: Vaswani et al., 2017, Attention is all you need, section 3.5.
    """
    length = whole("sinusoidal_positions", "length", length, least=0)
    d_model = whole("sinusoidal_positions", "d_model", d_model, least=0)
    angles = _angles(np.arange(length), d_model, 10000.0)  # (T, ⌈D / 2⌉)
    positions = np.empty((length, d_model), dtype)  # (T, D)
    positions[:, 0::2] = np.sin(angles)
    positions[:, 1::2] = np.cos(angles)[:, : d_model // 2]
    return positions


def _angles(positions: np.ndarray, d: int, base: float) -> np.ndarray:
    """t · base^(−2i / D) for every position t and every pair i, shape (T, ⌈D / 2⌉).

    In float64: single precision would be off by a tenth of a radian at position a million.
    """
    return positions[:, None] * base ** (-np.arange(0, d, 2) / d)


def rotary_forward(x: np.ndarray, positions: np.ndarray | None = None, *, base=10000.0):
    """Turn every pair of features by an angle that grows with the position, so that dot products see relative positions.

    y[…, t, 2i] = x[…, t, 2i] · cos θ − x[…, t, 2i + 1] · sin θ,  θ = positions[t] · base^(−2i / D)
    y[…, t, 2i + 1] = x[…, t, 2i] · sin θ + x[…, t, 2i + 1] · cos θ

    Parameters
    ----------
    x : np.ndarray, shape (..., T, D)
        Queries or keys; D is even.
    positions : np.ndarray of whole numbers, shape (T,), optional
        Where each row stands; 0 to T − 1 by default.
    base : float
        At least 1. The longest wave is nearly so many times 2π positions.

    Returns
    -------
    y : np.ndarray, shape (..., T, D)
    cache : tuple
        For :func:`rotary_backward`.

    Raises
    ------
    ShapeError
        When sizes do not fit, or D is odd.
    TypeError
        For anything but floating-point ``x`` and whole ``positions``.
    ValueError
        When ``base`` is below 1.

    Notes
    -----
    The dot product of a query turned by s·ω and a key turned by t·ω depends on t − s only. Pairs are neighbours, as in the
    paper; some implementations pair feature i with i + D / 2. A pair is taken as one complex number, which e^(iθ) turns by θ.

    Lesson: 16_transformers
    Source: Su et al., 2021, RoFormer: Enhanced transformer with rotary position embedding, equation 34.
    """
    angles = prepare_rotary("rotary_forward", x, positions, base)  # (T, D / 2)
    turns = np.exp(1j * angles).astype(_complex(x.dtype))  # (T, D / 2)
    return _turn(x, turns), (turns, x.shape, x.dtype)


def prepare_rotary(where: str, x, positions, base) -> np.ndarray:
    """Check shapes, dtypes and options of rotary positions, and say by which angles pairs turn.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    x, positions, base
        As in :func:`rotary_forward`.

    Returns
    -------
    np.ndarray, shape (T, D / 2)

    Raises
    ------
    ShapeError, TypeError, ValueError
        As in :func:`rotary_forward`.
    """
    sizes = expect_shapes(where, "x[... T D] positions[T]?", x, positions)
    expect_floats(where, x=x)
    if x.dtype.itemsize < 4:
        raise TypeError(f"{where}: x is {x.dtype.name}, which no pair can be turned in; try x.astype(np.float32)")
    expect_whole_numbers(where, positions=positions)
    base = number(where, "base", base, least=1)
    if sizes["D"] % 2:
        shapes = listing("x[... T D] positions[T]?", x, positions)
        raise ShapeError(f"{where}: D is {sizes['D']}; features turn in pairs, give an even number of them.\n{shapes}")
    return _angles(np.arange(sizes["T"]) if positions is None else positions, sizes["D"], base)


def _complex(dtype: np.dtype) -> np.dtype:
    """The dtype of complex numbers made of two real ones."""
    return np.dtype(f"c{2 * dtype.itemsize}")


def _turn(x: np.ndarray, turns: np.ndarray) -> np.ndarray:
    pairs = np.ascontiguousarray(x).view(turns.dtype)  # (..., T, D / 2); nothing is copied where features lie side by side
    return (pairs * turns).view(x.dtype)  # (..., T, D)


def rotary_backward(dy: np.ndarray, cache: tuple):
    """Turn the gradient back by the same angles: the transpose of a rotation is its inverse.

    dx[…, t, 2i] = dy[…, t, 2i] · cos θ + dy[…, t, 2i + 1] · sin θ
    dx[…, t, 2i + 1] = −dy[…, t, 2i] · sin θ + dy[…, t, 2i + 1] · cos θ

    Parameters
    ----------
    dy : np.ndarray, shape (..., T, D)
        The gradient of the loss with respect to ``y``.
    cache : tuple
        From :func:`rotary_forward`.

    Returns
    -------
    dx : np.ndarray, shape (..., T, D)
    dpositions : None

    Raises
    ------
    ShapeError
        When ``dy`` has not the shape of ``y``.
    TypeError
        When ``dy`` has another dtype.

    Lesson: 16_transformers
    Source: Su et al., 2021, RoFormer: Enhanced transformer with rotary position embedding, equation 34.
    """
    turns, shape, dtype = cache
    return _turn(expect_upstream("rotary_backward", dy, shape, dtype), turns.conj()), None
