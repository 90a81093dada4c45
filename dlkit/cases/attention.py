"""Inputs for attention."""

import numpy as np

from dlkit.cases.case import Case, distinct_sizes

_Q, _K, _V = (2, 3, 5, 4), (2, 3, 7, 4), (2, 3, 7, 6)


def may_look(*shape, blind=0):
    """A mask of booleans: every row of it may look somewhere, but for the first few, which may look nowhere."""

    def draw(rng):
        mask = rng.random(shape) < 0.6
        mask[..., int(rng.integers(shape[-1]))] = True
        mask[..., :blind, :] = False
        return mask

    return draw


def added(*shape, blind=0):
    """A mask of numbers, −∞ where the mask of booleans is False."""
    return lambda rng: np.where(may_look(*shape, blind=blind)(rng), rng.standard_normal(shape), -np.inf)


def huge(*shape):
    """Numbers near 0 and near 1000: their exponentials overflow, yet several share the softmax."""
    return lambda rng: 1000 * rng.integers(0, 2, shape) + rng.standard_normal(shape)


def _large(size, *shape):
    return lambda rng: size * rng.standard_normal(shape)


CASES = {
    "scaled_dot_product_attention": [
        Case("ordinary", (_Q, _K, _V, may_look(5, 7))),
        Case("no mask", (_Q, _K, _V, None)),
        Case("smallest", ((1, 1), (1, 1), (1, 1), None)),
        Case("empty batch", ((0, 5, 4), (0, 7, 4), (0, 7, 6), None)),
        Case("no queries", ((2, 0, 4), (2, 7, 4), (2, 7, 6), None)),
        Case("no keys", ((2, 5, 4), (2, 0, 4), (2, 0, 6), None)),
        Case("no leading axes", ((5, 4), (7, 4), (7, 6), may_look(5, 7))),
        Case("one leading axis", ((2, 5, 4), (2, 7, 4), (2, 7, 6), None)),
        Case("three leading axes", ((2, 1, 3, 5, 4), (2, 1, 3, 7, 4), (2, 1, 3, 7, 6), None)),
        Case("extreme scores", (_Q, _K, _V, None), scale=1000.0, step=1e-7),
        Case("extreme values", (_Q, _K, _large(1000, *_V), None)),
        Case("causal", ((2, 5, 4), (2, 5, 4), (2, 5, 6), None), {"is_causal": True}),
        Case("causal, fewer keys than queries", ((2, 7, 4), (2, 5, 4), (2, 5, 6), None), {"is_causal": True}),
        Case("causal, more keys than queries", (_Q, _K, _V, None), {"is_causal": True}),
        Case("scale", (_Q, _K, _V, None), {"scale": 1.5}),
        Case("negative scale", (_Q, _K, _V, None), {"scale": -0.3}),
        Case("scale of zero", (_Q, _K, _V, None), {"scale": 0}),
        Case("causal and scale", (_Q, _K, _V, None), {"is_causal": True, "scale": 0.7}),
        Case("padding", (_Q, _K, _V, may_look(2, 1, 1, 7))),
        Case("a mask for each head", (_Q, _K, _V, may_look(3, 5, 7))),
        Case("queries that may look nowhere", (_Q, _K, _V, may_look(5, 7, blind=2))),
        Case("numbers added", (_Q, _K, _V, (2, 3, 5, 7))),
        Case("the same numbers added everywhere", (_Q, _K, _V, (5, 7))),
        Case("numbers added for each head, scale", (_Q, _K, _V, (3, 1, 7)), {"scale": 0.2}),
        Case("huge numbers added", (_Q, _K, _V, huge(2, 1, 5, 7)), step=1e-5),
        Case("minus infinity added", (_Q, _K, _V, added(2, 1, 5, 7)), step=1e-5),
        Case("minus infinity added everywhere", (_Q, _K, _V, added(5, 7, blind=2)), step=1e-5),
    ],
    "additive_attention": [
        Case("ordinary", ((2, 4, 3), (2, 5, 6), (2, 5, 7), (8, 3), (8, 6), (8,), may_look(2, 5))),
        Case("no mask", ((2, 4, 3), (2, 5, 6), (2, 5, 7), (8, 3), (8, 6), (8,), None)),
        Case("smallest", ((1, 1, 1), (1, 1, 1), (1, 1, 1), (1, 1), (1, 1), (1,), None)),
        Case("empty batch", ((0, 4, 3), (0, 5, 6), (0, 5, 7), (8, 3), (8, 6), (8,), None)),
        Case("no keys", ((2, 4, 3), (2, 0, 6), (2, 0, 7), (8, 3), (8, 6), (8,), None)),
        Case(
            "extreme scores and values",
            ((2, 4, 3), (2, 5, 6), _large(1000, 2, 5, 7), (8, 3), (8, 6), _large(100, 8), may_look(2, 5)),
            step=1e-7,
        ),
        Case("nothing to look at", ((3, 4, 2), (3, 5, 6), (3, 5, 7), (8, 2), (8, 6), (8,), may_look(3, 5, blind=1))),
    ],
}


def _scaled_dot_product_attention(rng):
    t, s, d, d_v = (int(size) for size in rng.integers(1, 6, 4))
    lead = tuple(int(size) for size in rng.integers(1, 4, int(rng.integers(0, 4))))
    options = {} if rng.random() < 0.5 else {"scale": float(rng.uniform(0.1, 2))}
    mask_shape = (*(size if rng.random() < 0.6 else 1 for size in lead), t if rng.random() < 0.7 else 1, s)
    mask_shape = mask_shape[int(rng.integers(0, len(lead) + 1)) :]
    kind = rng.choice(["none", "causal", "booleans", "numbers", "-inf"])
    options |= {"is_causal": True} if kind == "causal" else {}
    blind = int(rng.integers(0, 2))
    masks = {"booleans": may_look(*mask_shape, blind=blind), "numbers": mask_shape, "-inf": added(*mask_shape, blind=blind)}
    shapes = ((*lead, t, d), (*lead, s, d), (*lead, s, d_v), masks.get(kind))
    return Case("random", shapes, options, step=1e-5)


def _additive_attention(rng):
    n, t, s, d_q, d_k, d_v, a = distinct_sizes(rng, 7, 1, 9)
    mask = may_look(n, s, blind=int(rng.integers(0, 2))) if rng.random() < 0.6 else None
    return Case("random", ((n, t, d_q), (n, s, d_k), (n, s, d_v), (a, d_q), (a, d_k), (a,), mask))


RANDOM = {"scaled_dot_product_attention": _scaled_dot_product_attention, "additive_attention": _additive_attention}

# Two products forward, four backward, of T·S·D multiplications and additions for each of 64 heads.
_HEADS, _SENTENCES = (8, 8, 256, 64), ((32, 20, 128), (32, 24, 256), (32, 24, 256), (128, 128), (128, 256), (128,))
WORKLOADS = {
    "scaled_dot_product_attention": [
        Case("8×8×256×64", (_HEADS, _HEADS, _HEADS, None), flops=6 * 2 * 64 * 256 * 256 * 64),
        Case("8×8×256×64, causal", (_HEADS, _HEADS, _HEADS, None), {"is_causal": True}, flops=6 * 2 * 64 * 256 * 256 * 64),
    ],
    "additive_attention": [Case("32×20 from 24 words, 128 neurons", (*_SENTENCES, None))],
}
