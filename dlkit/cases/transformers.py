"""Inputs for what a transformer is made of."""

from dlkit.cases.attention import added, huge, may_look
from dlkit.cases.case import Case, distinct_sizes


def _heads(n, t, s, e, *masks, biases=True):
    """The arrays of multi-head attention: q, k, v, w_in, b_in, w_out, b_out, attn_mask, key_padding_mask."""
    b_in, b_out = ((3 * e,), (e,)) if biases else (None, None)
    return ((n, t, e), (n, s, e), (n, s, e), (3 * e, e), b_in, (e, e), b_out, *masks, *(None,) * (2 - len(masks)))


CASES = {
    "multi_head_attention": [
        Case("ordinary", _heads(3, 5, 7, 8, may_look(5, 7), may_look(3, 7)), {"num_heads": 2}),
        Case("no masks", _heads(3, 5, 7, 8), {"num_heads": 2}),
        Case("no biases", _heads(3, 5, 7, 8, biases=False), {"num_heads": 4}),
        Case("one head", _heads(3, 5, 7, 4), {"num_heads": 1}),
        Case("one feature a head", _heads(2, 5, 7, 3), {"num_heads": 3}),
        Case("smallest", _heads(1, 1, 1, 1), {"num_heads": 1}),
        Case("empty batch", _heads(0, 5, 7, 8), {"num_heads": 2}),
        Case("extreme scores", _heads(3, 5, 7, 8, huge(5, 7)), {"num_heads": 2}, step=1e-5),
        Case("causal", _heads(3, 5, 5, 8), {"num_heads": 2, "is_causal": True}),
        Case("causal, other length", _heads(3, 5, 7, 8), {"num_heads": 2, "is_causal": True}),
        Case("causal and padding", _heads(3, 5, 5, 8, None, may_look(3, 5)), {"num_heads": 2, "is_causal": True}),
        Case("padding", _heads(3, 5, 7, 8, None, may_look(3, 7)), {"num_heads": 2}),
        Case("nothing but padding", _heads(3, 5, 7, 8, None, may_look(3, 7, blind=1)), {"num_heads": 2}),
        Case("a mask for each head", _heads(3, 5, 7, 8, may_look(6, 5, 7)), {"num_heads": 2}),
        Case("numbers added", _heads(3, 5, 7, 8, (5, 7)), {"num_heads": 2}),
        Case("numbers added, padding", _heads(3, 5, 7, 8, (5, 7), may_look(3, 7)), {"num_heads": 2}),
        Case("numbers added for each head", _heads(3, 5, 7, 8, (6, 5, 7)), {"num_heads": 2}),
        Case(
            "minus infinity added, padding",
            _heads(3, 5, 7, 8, added(6, 5, 7, blind=1), may_look(3, 7)),
            {"num_heads": 2},
            step=1e-5,
        ),
    ],
    "rotary": [
        Case("ordinary", ((2, 3, 5, 6), lambda rng: rng.permutation(50)[:5])),
        Case("positions in a row", ((2, 3, 5, 6), None)),
        Case("smallest", ((1, 2), None)),
        Case("empty batch", ((0, 5, 6), None)),
        Case("no leading axes", ((5, 6), lambda rng: rng.integers(-9, 9, 5))),
        Case("another base", ((2, 5, 6), None), {"base": 10}),
        Case("far away", ((2, 5, 6), lambda rng: rng.integers(0, 10**7, 5)), {"base": 500000.0}),
        Case("extreme", ((2, 5, 6), None), scale=1000.0),
    ],
}


def _multi_head_attention(rng):
    n, t, s = distinct_sizes(rng, 3, 1, 6)
    num_heads, d = (int(size) for size in rng.integers(1, 4, 2))
    kind = rng.choice(["none", "causal", "booleans", "numbers", "-inf"])
    shape = (t, s) if rng.random() < 0.5 else (n * num_heads, t, s)
    blind = int(rng.integers(0, 2))
    masks = {"booleans": may_look(*shape, blind=blind), "numbers": shape, "-inf": added(*shape, blind=blind)}
    padding = may_look(n, s, blind=int(rng.integers(0, 2))) if rng.random() < 0.5 else None
    arrays = _heads(n, t, s, num_heads * d, masks.get(kind), padding, biases=rng.random() < 0.7)
    return Case("random", arrays, {"num_heads": num_heads, "is_causal": bool(kind == "causal")}, step=1e-5)


def _rotary(rng):
    t, half, *lead = distinct_sizes(rng, int(rng.integers(2, 5)), 1, 6)
    positions = (lambda rng: rng.integers(-100, 100, t)) if rng.random() < 0.5 else None
    return Case("random", ((*lead, t, 2 * half), positions), {"base": float(rng.uniform(1, 1e5))})


RANDOM = {"multi_head_attention": _multi_head_attention, "rotary": _rotary}

# Of multiplications and additions there are, for B sentences of L words: 3 · 2 · B · L · 4E · E for the four projections,
# forward and backward, and 6 · 2 · B · L · L · E for the heads.
WORKLOADS = {
    "multi_head_attention": [
        Case(
            "B 8, L 256, E 512, 8 heads",
            _heads(8, 256, 256, 512),
            {"num_heads": 8},
            flops=3 * 2 * 8 * 256 * 4 * 512 * 512 + 6 * 2 * 8 * 256 * 256 * 512,
        )
    ],
    "rotary": [Case("8×8×256×64", ((8, 8, 256, 64), None))],
}
