"""Scaled dot-product attention, forward."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.backpropagation.layers import softmax

LESSON = "15_attention"


def _hide(scores, mask):
    return scores if mask is None else np.where(mask, scores, -np.inf)


def _attention(
    q, k, v, mask=None, *,
    scale=lambda q, k: 1 / np.sqrt(q.shape[-1]),
    hide=_hide,
    weigh=lambda s, mask: softmax(s),
    read=lambda p, k, v: p @ v,
):  # fmt: skip
    """Attention with every step open to a mistake."""
    p = weigh(hide(q @ k.swapaxes(1, 2) * scale(q, k), mask), mask)  # (N, L, S)
    return read(p, k, v), p


def _right(q, k, v, mask=None):
    return _attention(q, k, v, mask)


def _wrong(**steps):
    """A mistake in these steps, everything else right."""
    return lambda q, k, v, mask=None: _attention(q, k, v, mask, **steps)


def _triples(rng: np.random.Generator) -> list[Call]:
    def draw(n, length, s, e, e_v):
        return (rng.standard_normal(shape) for shape in ((n, length, e), (n, s, e), (n, s, e_v)))

    def partly(*shape):
        """Every row has a key that may be seen and one that may not."""
        mask = rng.random(shape) < 0.5
        see = rng.integers(0, shape[-1], shape[:-1])
        np.put_along_axis(mask, see[..., None], True, axis=-1)
        np.put_along_axis(mask, ((see + 1) % shape[-1])[..., None], False, axis=-1)
        return mask

    sizes = [distinct_sizes(rng, 5, 2, 8) for _ in range(5)]
    calls = [Call(tuple(draw(*sizes[0])))]
    n, length, s = sizes[1][:3]
    calls.append(Call((*draw(*sizes[1]), partly(n, 1, s))))
    n, length, s = sizes[2][:3]
    calls.append(Call((*draw(*sizes[2]), partly(n, length, s))))
    n, length, s = sizes[3][:3]
    calls.append(Call((*draw(*sizes[3]), partly(1, length, s))))
    # Large scores: in one example far above zero, in another far below; a masked key has the largest of all.
    n, length, s, e, e_v = 3, 2, 5, 4, 6
    q, k = np.ones((n, length, e)), rng.integers(-16, 17, (n, s, e)) / 8
    k[0] += 1000
    k[1] -= 8000
    mask = partly(n, 1, s)
    mask[2, 0] = rng.permutation([True, True, True, False, False])
    calls.append(Call((q, k, rng.standard_normal((n, s, e_v)))))
    hidden = k.copy()
    hidden[~mask[:, 0]] += 2000
    hidden[2] -= 200  # below what a student may take for low enough, but not far; hidden[1] is far below
    calls.append(Call((q, hidden, rng.standard_normal((n, s, e_v)), mask)))
    return [*calls, Call((*draw(1, 1, 3, 2, 4), np.array([[[True, False, True]]])))]


def _one_maximum(s, mask):
    e = np.exp(s - s.max())
    return e / e.sum(axis=-1, keepdims=True)


def _from_zero(s, mask):
    e = np.exp(s - np.maximum(s.max(axis=-1, keepdims=True), 0))
    return e / e.sum(axis=-1, keepdims=True)


def _no_maximum(s, mask):
    e = np.exp(s)
    return e / e.sum(axis=-1, keepdims=True)


def _masked_late(s, mask):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    e = e if mask is None else e * mask
    return e / e.sum(axis=-1, keepdims=True)


def _one_sum(s, mask):
    e = np.exp(s)
    return e / e.sum()


def _reshaped(q, k, v, mask=None):
    n, s, e = k.shape
    p = softmax(_hide(q @ k.reshape(n, e, s) / np.sqrt(e), mask))
    return p @ v, p


def _cosine(q, k, v, mask=None):
    q, k = (a / np.linalg.norm(a, axis=-1, keepdims=True) for a in (q, k))
    return _attention(q, k, v, mask, scale=lambda q, k: 1)


def _floored(q, k, v, mask=None):
    p = softmax(_hide(q @ k.swapaxes(1, 2) // np.sqrt(q.shape[-1]), mask))
    return p @ v, p


def _root_of_values(q, k, v, mask=None):
    return _attention(q, k, v, mask, scale=lambda q, k: 1 / np.sqrt(v.shape[-1]))


def _clipped(limit, late=False):
    """Scores cut to ±limit so that nothing overflows, before or after the mask."""

    def hide(s, mask):
        return np.clip(_hide(s, mask), -limit, limit) if late else _hide(np.clip(s, -limit, limit), mask)

    return _wrong(hide=hide)


def _values_hidden(q, k, v, mask=None):
    p = softmax(q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1]))
    return (p if mask is None else p * mask) @ v, p


def _best_only(s, mask):
    return np.eye(s.shape[-1])[s.argmax(axis=-1)]


def _nothing(s, mask):
    return s


def _scaled_late(q, k, v, mask=None):
    root = np.sqrt(q.shape[-1])
    return _attention(q, k, v, mask, scale=lambda q, k: 1, weigh=lambda s, mask: softmax(s) / root)


dot_product_attention = Exercise(
    name="dot_product_attention",
    lesson=LESSON,
    reference=_right,
    inputs=_triples,
    takes="q[N L E] k[N S E] v[N S E_v]",
    returns="y[N L E_v] p[N L S]",
    mistakes=(
        Mistake(
            "√E forgotten",
            _wrong(scale=lambda q, k: 1),
            "The scores are plain dot products. Their spread grows with the number of features E: divide by its root.",
        ),
        Mistake(
            "divided by E",
            _wrong(scale=lambda q, k: 1 / q.shape[-1]),
            "The scores were divided by E itself. The spread of a dot product grows as the root of E.",
        ),
        Mistake(
            "root of the number of keys",
            _wrong(scale=lambda q, k: 1 / np.sqrt(k.shape[1])),
            "The root was taken of S, the number of keys. A dot product adds up E products: E sets its spread.",
        ),
        Mistake(
            "root of the number of queries",
            _wrong(scale=lambda q, k: 1 / np.sqrt(q.shape[1])),
            "The root was taken of L, the number of queries. A dot product adds up E products, the last axis of q.",
        ),
        Mistake(
            "multiplied by √E",
            _wrong(scale=lambda q, k: np.sqrt(q.shape[-1])),
            "The scores were multiplied by the root of E. They are too large already: divide.",
        ),
        Mistake(
            "scaled after the softmax",
            _scaled_late,
            "The weights were divided by √E, so they no longer add up to one. The scores are what is too large.",
        ),
        Mistake(
            "softmax over the queries",
            _wrong(weigh=lambda s, mask: softmax(s, axis=1)),
            "The weights add up to one down each column: queries compete for a key. Keys compete for the attention of a query, "
            "along the last axis.",
        ),
        Mistake(
            "softmax over the batch",
            _wrong(weigh=lambda s, mask: softmax(s, axis=0)),
            "The softmax ran over axis 0: examples of the batch compete with each other. The keys stand on the last axis.",
        ),
        Mistake(
            "one softmax for the whole table",
            _wrong(weigh=lambda s, mask: softmax(s, axis=(1, 2))),
            "All weights of an example add up to one. Each query has a whole attention of its own to share out.",
        ),
        Mistake(
            "one softmax for the whole batch",
            _wrong(weigh=lambda s, mask: softmax(s, axis=None)),
            "All weights of the batch add up to one: the sum has no axis. Each query has a whole attention of its own.",
        ),
        Mistake(
            "one sum for everything",
            _wrong(weigh=_one_sum),
            "The exponentials were divided by the sum of them all, which has no axis. Each query needs its own sum; and large "
            "scores overflow unless the row's largest is taken away first.",
        ),
        Mistake(
            "root of the values' width",
            _root_of_values,
            "The root was taken of E_v, the width of the values. Scores are made of queries and keys: E sets their spread.",
        ),
        Mistake(
            "reshaped, not transposed",
            _reshaped,
            "The keys were given the right shape by reshape, which keeps the numbers in their order and so mixes up the keys. "
            "Exchange the axes.",
        ),
        Mistake(
            "floor division",
            _floored,
            "The scores are whole numbers: // cuts the fractions off. Divide with /.",
        ),
        Mistake(
            "cosine instead of dot product",
            _cosine,
            "Queries and keys were brought to length 1 first. Here their lengths count: a longer query is a more decided one.",
        ),
        Mistake(
            "mask ignored",
            _wrong(hide=lambda s, mask: s),
            "Hidden keys were looked at: their weights are what they would be without a mask.",
        ),
        Mistake(
            "values hidden, not scores",
            _values_hidden,
            "The values of hidden keys were left out, but their weights were not: the visible ones no longer add up to one. "
            "Hide the scores, before the softmax.",
        ),
        Mistake(
            "zero times infinity",
            _wrong(hide=lambda s, mask: s if mask is None else s + (1 - mask) * -np.inf),
            "The mask was multiplied by infinity, and zero times infinity is not a number: the visible keys became NaN. "
            "Choose between two values instead.",
        ),
        Mistake(
            "mask the wrong way round",
            _wrong(hide=lambda s, mask: s if mask is None else np.where(mask, -np.inf, s)),
            "You hid the keys that may be looked at. True means: may look.",
        ),
        Mistake(
            "masked scores set to zero",
            _wrong(hide=lambda s, mask: s if mask is None else np.where(mask, s, 0)),
            "A hidden key got the score 0, and e⁰ is 1: it still takes its share. What score has no share at all?",
        ),
        Mistake(
            "mask added to the scores",
            _wrong(hide=lambda s, mask: s if mask is None else s + mask),
            "The mask was added as it is: True counts as 1, so visible keys got one more, and hidden ones are still heard.",
        ),
        Mistake(
            "hidden by a small negative number",
            _wrong(hide=lambda s, mask: s if mask is None else np.where(mask, s, -100)),
            "Hidden scores were set to a fixed number that is hardly below zero. Scores of −400 are lower still, and then the "
            "hidden ones win. What is lower than every score?",
        ),
        Mistake(
            "hidden by a fixed negative number",
            _wrong(hide=lambda s, mask: s if mask is None else np.where(mask, s, -1e4)),
            "Hidden scores were set to a fixed negative number. Some scores lie lower still, at −16,000, and then the hidden "
            "ones win. What is lower than every score?",
        ),
        Mistake(
            "weights cut after the softmax",
            _wrong(hide=lambda s, mask: s, weigh=lambda s, mask: softmax(s) if mask is None else softmax(s) * mask),
            "Hidden keys got weight 0 only after the softmax, so the others no longer add up to one. Hide the scores.",
        ),
        Mistake(
            "largest score under the mask",
            _wrong(hide=lambda s, mask: s, weigh=_masked_late),
            "The largest score was looked for among hidden keys too. Where it is far above the rest, all others become e to "
            "the minus thousands, which is 0, and 0/0 is not a number. Hide first.",
        ),
        Mistake(
            "exponentials overflow",
            _wrong(weigh=_no_maximum),
            "e to the power of a large score is infinite. Take each row's largest score away first; the weights stay the same.",
        ),
        Mistake(
            "scores clipped",
            _clipped(500),
            "Scores were cut to a range, so that nothing overflows: beyond it all keys count alike. Taking each row's largest "
            "score away changes no weight.",
        ),
        Mistake(
            "scores clipped to a small range",
            _clipped(50),
            "Scores were cut to a small range: beyond it all keys count alike. Taking each row's largest score away changes no "
            "weight, and nothing overflows.",
        ),
        Mistake(
            "hidden scores clipped",
            _clipped(500, late=True),
            "Scores were cut to a range after hiding, so that −∞ became a number which can win. Taking each row's largest "
            "score away changes no weight.",
        ),
        Mistake(
            "largest score of the whole table",
            _wrong(weigh=_one_maximum),
            "One maximum was taken away from all rows. A row far below it becomes all zeros, and 0/0 is not a number: each "
            "query needs its own.",
        ),
        Mistake(
            "a maximum that starts at zero",
            _wrong(weigh=_from_zero),
            "The search for the largest score began at 0. Where all scores lie far below zero every exponential becomes 0, and "
            "0/0 is not a number.",
        ),
        Mistake(
            "softmax forgotten",
            _wrong(weigh=_nothing),
            "The scores themselves were used as weights. Weights are positive and add up to one along the keys.",
        ),
        Mistake(
            "exponentials not divided",
            _wrong(weigh=lambda s, mask: np.exp(s - s.max(axis=-1, keepdims=True))),
            "The exponentials were not divided by their sum: a query's weights must add up to one.",
        ),
        Mistake(
            "only the best key",
            _wrong(weigh=_best_only),
            "All attention went to the key with the largest score. Softmax shares it out, and only so can a gradient flow.",
        ),
        Mistake(
            "keys read instead of values",
            _wrong(read=lambda p, k, v: p @ k),
            "The weights were applied to the keys. Keys decide who is heard; values are what they say.",
        ),
        Mistake(
            "mean of all values",
            _wrong(read=lambda p, k, v: np.repeat(v.mean(axis=1, keepdims=True), p.shape[1], axis=1)),
            "y is the plain mean of the values: the weights are not used in it.",
        ),
        Mistake(
            "sum of all values",
            _wrong(read=lambda p, k, v: np.repeat(v.sum(axis=1, keepdims=True), p.shape[1], axis=1)),
            "y is the plain sum of the values: the weights are not used in it.",
        ),
        Mistake(
            "divided by the number of keys",
            _wrong(read=lambda p, k, v: p @ v / v.shape[1]),
            "y was divided by S. The weights add up to one already, so the weighted sum is a mean as it stands.",
        ),
    ),
)
