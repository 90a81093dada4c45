"""From scores to weights: who may look where, and the softmax."""

import numpy as np

from dlkit.shapes import expect_floats, flag


def expect_mask(where: str, name: str, mask, dtype=None) -> None:
    """Insist on a mask of booleans or, where ``dtype`` is given, on one of numbers of that dtype.

    Parameters
    ----------
    where, name : str
        The operation and the array, for the message.
    mask : np.ndarray
    dtype : np.dtype, optional
        What numbers must have that are added to scores.

    Raises
    ------
    TypeError
        For anything else.
    """
    kind = mask.dtype.kind if isinstance(mask, np.ndarray) else None
    if kind == "f" and dtype is not None:
        expect_floats(where, q=np.empty(0, dtype), **{name: mask})
    elif kind != "b":
        found = f"holds {mask.dtype}" if hasattr(mask, "dtype") else f"is a {type(mask).__name__}"
        numbers = "" if dtype is None else f", or of {np.dtype(dtype)} to add to the scores"
        raise TypeError(f"{where}: {name} {found}; give a NumPy array of booleans, True where a query may look{numbers}")


def one_mask(where: str, attn_mask, is_causal, t: int, s: int, dtype) -> np.ndarray | None:
    """Make one mask of the two ways to ask for one.

    Parameters
    ----------
    where : str
        The operation's name; it opens the messages.
    attn_mask : np.ndarray, optional
    is_causal : bool
    t, s : int
        How many queries and keys there are.
    dtype : np.dtype
        As in :func:`expect_mask`.

    Returns
    -------
    np.ndarray or None
        ``attn_mask`` itself, or the causal mask of shape (T, S).

    Raises
    ------
    TypeError
        For masks and options of another kind.
    ValueError
        When both are given.
    """
    flag(where, "is_causal", is_causal)
    if attn_mask is None:
        return np.tri(t, s, dtype=bool) if is_causal else None  # query t may look at keys 0 to t
    if is_causal:
        raise ValueError(f"{where}: attn_mask and is_causal=True cannot both be; try attn_mask & np.tri(T, S, dtype=bool)")
    expect_mask(where, "attn_mask", attn_mask, dtype)
    return attn_mask


def softmax_in_place(scores: np.ndarray) -> np.ndarray:
    """Turn scores into weights that sum to one.

    Parameters
    ----------
    scores : np.ndarray, shape (..., S)
        Overwritten.

    Returns
    -------
    np.ndarray, shape (..., S)
        ``scores``; zeros where all scores of a row are −∞.
    """
    largest = scores.max(axis=-1, keepdims=True, initial=-np.inf)  # (..., T, 1)
    scores -= np.where(largest == -np.inf, 0, largest)  # −∞ − −∞ is not a number
    np.exp(scores, out=scores)
    total = scores.sum(axis=-1, keepdims=True)  # (..., T, 1)
    scores /= np.where(total == 0, 1, total)
    return scores


def scores_gradient_in_place(dp: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Turn the gradient of the weights p into that of the scores: ds = p · (dp − Σ p · dp).

    Parameters
    ----------
    dp : np.ndarray, shape (..., S)
        Overwritten.
    p : np.ndarray, shape (..., S)

    Returns
    -------
    np.ndarray, shape (..., S)
        ``dp``.
    """
    dp -= np.vecdot(p, dp)[..., None]  # exactly dp where one weight is 1: a saturated softmax passes nothing on
    dp *= p
    return dp
