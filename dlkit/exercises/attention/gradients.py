"""The way back through dot-product attention."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.attention.dot import LESSON
from dlkit.exercises.backpropagation.layers import softmax


def _weighted(p, dp):
    return p * (dp - np.sum(p * dp, axis=-1, keepdims=True))


def _backward(
    dy, q, k, v, p, *,
    through=_weighted,
    scale=lambda q, k: 1 / np.sqrt(q.shape[-1]),
    dq=lambda ds, k: ds @ k,
    dk=lambda ds, q: ds.swapaxes(1, 2) @ q,
    dv=lambda p, dy: p.swapaxes(1, 2) @ dy,
):  # fmt: skip
    """The way back with every step open to a mistake."""
    ds = through(p, dy @ v.swapaxes(1, 2)) * scale(q, k)
    return dq(ds, k), dk(ds, q), dv(p, dy)


def _right(dy, q, k, v, p):
    return _backward(dy, q, k, v, p)


def _wrong(**steps):
    """A mistake in these steps, everything else right."""
    return lambda dy, q, k, v, p: _backward(dy, q, k, v, p, **steps)


def _upstreams(rng: np.random.Generator) -> list[Call]:
    calls = []
    sizes = [(*distinct_sizes(rng, 5, 3, 9), masked) for masked in (False, True, False)] + [(1, 1, 3, 2, 4, False)]
    for n, length, s, e, e_v, masked in sizes:
        q, k, v = (rng.standard_normal(shape) for shape in ((n, length, e), (n, s, e), (n, s, e_v)))
        scores = q @ k.swapaxes(1, 2) / np.sqrt(e)
        if masked:  # hidden keys have weight 0, and so no gradient
            scores[:, :, 0] = -np.inf
        calls.append(Call((rng.standard_normal((n, length, e_v)), q, k, v, softmax(scores))))
    return calls


def _last_key(ds, k):
    for s in range(k.shape[1]):
        dq = ds[:, :, s, None] * k[:, None, s]
    return dq


def _last_query(a, b):
    """a (N, L, S), b (N, L, E): what only the last query hands to the keys or values."""
    return a[:, -1, :, None] * b[:, -1, None]


def _weights_anew(dy, q, k, v, p):
    return _backward(dy, q, k, v, softmax(q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1])))


def _root_of_values(dy, q, k, v, p):
    return _backward(dy, q, k, v, p, scale=lambda q, k: 1 / np.sqrt(v.shape[-1]))


def _dv_scaled(dy, q, k, v, p):
    dq, dk, dv = _backward(dy, q, k, v, p)
    return dq, dk, dv / np.sqrt(q.shape[-1])


dot_product_attention_backward = Exercise(
    name="dot_product_attention_backward",
    lesson=LESSON,
    reference=_right,
    inputs=_upstreams,
    takes="dy[N L E_v] q[N L E] k[N S E] v[N S E_v] p[N L S]",
    returns="dq[N L E] dk[N S E] dv[N S E_v]",
    mistakes=(
        Mistake(
            "√E forgotten",
            _wrong(scale=lambda q, k: 1),
            "On the way forward the products were divided by √E. On the way back the same factor stands before dq and dk.",
        ),
        Mistake(
            "√E twice",
            _wrong(scale=lambda q, k: 1 / q.shape[-1]),
            "You divided by √E twice. The scores were divided once; dq and dk carry the factor once each.",
        ),
        Mistake(
            "multiplied by √E",
            _wrong(scale=lambda q, k: np.sqrt(q.shape[-1])),
            "You multiplied by √E. Forward the product was divided by it, and so is its slope.",
        ),
        Mistake(
            "root of the number of keys",
            _wrong(scale=lambda q, k: 1 / np.sqrt(k.shape[1])),
            "The root was taken of S, the number of keys. It is that of E, the last size of q, as on the way forward.",
        ),
        Mistake(
            "root of the number of queries",
            _wrong(scale=lambda q, k: 1 / np.sqrt(q.shape[1])),
            "The root was taken of L, the number of queries. It is that of E, the last size of q, as on the way forward.",
        ),
        Mistake(
            "averaged over the batch",
            lambda dy, q, k, v, p: tuple(d / len(dy) for d in _backward(dy, q, k, v, p)),
            "A gradient was divided by N. The average over the batch, where there is one, belongs to the loss and is in "
            "dy already.",
        ),
        Mistake(
            "upstream left out",
            lambda dy, q, k, v, p: _backward(np.ones_like(dy), q, k, v, p),
            "The result does not depend on dy: it is the gradient of the plain sum of y.",
        ),
        Mistake(
            "softmax skipped",
            _wrong(through=lambda p, dp: dp),
            "The gradient of the weights was used as that of the scores. Between the two stands the softmax.",
        ),
        Mistake(
            "each weight for itself",
            _wrong(through=lambda p, dp: p * (1 - p) * dp),
            "p·(1 − p) is the slope of a weight by its own score only. Raising one score also lowers all other weights of the "
            "row: their share is missing.",
        ),
        Mistake(
            "row sum forgotten",
            _wrong(through=lambda p, dp: p * dp),
            "The part that the other keys lose is missing: p·dp is only the first half of the softmax's slope.",
        ),
        Mistake(
            "row sum without the weights",
            _wrong(through=lambda p, dp: p * (dp - dp.sum(axis=-1, keepdims=True))),
            "The plain sum of dp was taken away. It is the mean under the weights: each dp counts with its p.",
        ),
        Mistake(
            "plain mean taken away",
            _wrong(through=lambda p, dp: p * (dp - dp.mean(axis=-1, keepdims=True))),
            "The plain mean of dp was taken away. It is the mean under the weights: each dp counts with its p.",
        ),
        Mistake(
            "mean of p·dp",
            _wrong(through=lambda p, dp: p * (dp - (p * dp).mean(axis=-1, keepdims=True))),
            "The mean of p·dp was taken away. The weights make a mean of the sum already: dividing by S once more is too much.",
        ),
        Mistake(
            "weighted mean added",
            _wrong(through=lambda p, dp: p * (dp + (p * dp).sum(axis=-1, keepdims=True))),
            "The mean under the weights was added to dp. What counts is how far dp lies from that mean: take it away.",
        ),
        Mistake(
            "p·(1 − p) alone",
            _wrong(through=lambda p, dp: p * (1 - p)),
            "p·(1 − p) stands there without dp: what comes from above is lost.",
        ),
        Mistake(
            "sum over the batch",
            _wrong(through=lambda p, dp: p * (dp - (p * dp).sum(axis=0, keepdims=True))),
            "The sum inside the softmax's slope ran over the batch. The weights add up to one along the keys, the last axis.",
        ),
        Mistake(
            "sum over the queries",
            _wrong(through=lambda p, dp: p * (dp - (p * dp).sum(axis=1, keepdims=True))),
            "The sum inside the softmax's slope ran over the queries. The weights add up to one along the keys, the last axis.",
        ),
        Mistake(
            "one sum for the whole table",
            _wrong(through=lambda p, dp: p * (dp - (p * dp).sum())),
            "One sum served all queries. Each row of weights is a softmax of its own.",
        ),
        Mistake(
            "outer weight forgotten",
            _wrong(through=lambda p, dp: dp - (p * dp).sum(axis=-1, keepdims=True)),
            "The weighted mean was taken away, but the difference must be multiplied by p: what has no weight feels no slope.",
        ),
        Mistake(
            "brackets forgotten",
            _wrong(through=lambda p, dp: p * dp - (p * dp).sum(axis=-1, keepdims=True)),
            "The weight multiplies only the first of two terms: it belongs in front of a bracket.",
        ),
        Mistake(
            "sign of the softmax",
            _wrong(through=lambda p, dp: -_weighted(p, dp)),
            "dq and dk have the wrong sign: the weighted mean is taken away from dp, not the other way round.",
        ),
        Mistake(
            "dq from the last key only",
            _wrong(dq=_last_key),
            "dq holds what the last key gave. A query meets every key: += instead of =.",
        ),
        Mistake(
            "dk from the last query only",
            _wrong(dk=_last_query),
            "dk holds what the last query gave. Every query looked at the keys: += instead of =.",
        ),
        Mistake(
            "dv from the last query only",
            _wrong(dv=_last_query),
            "dv holds what the last query gave. Every query read the values: += instead of =.",
        ),
        Mistake(
            "dq averaged over the keys",
            _wrong(dq=lambda ds, k: ds @ k / k.shape[1]),
            "dq was divided by the number of keys. Shares are added.",
        ),
        Mistake(
            "dk averaged over the queries",
            _wrong(dk=lambda ds, q: ds.swapaxes(1, 2) @ q / q.shape[1]),
            "dk was divided by the number of queries. Shares are added.",
        ),
        Mistake(
            "dv averaged over the queries",
            _wrong(dv=lambda p, dy: p.swapaxes(1, 2) @ dy / dy.shape[1]),
            "dv was divided by the number of queries. Shares are added.",
        ),
        Mistake(
            "dv without the weights",
            _wrong(dv=lambda p, dy: np.repeat(dy.sum(axis=1, keepdims=True), p.shape[2], axis=1)),
            "Every value got the whole dy. A value counted with its weight, and gets its gradient with the same weight.",
        ),
        Mistake(
            "weights computed anew",
            _weights_anew,
            "The weights were computed from q and k once more. These know nothing of the mask that was used on the way "
            "forward: take the p that is given.",
        ),
        Mistake(
            "root of the values' width",
            _root_of_values,
            "The root was taken of E_v, the width of the values. Scores are made of queries and keys: E sets their scale.",
        ),
        Mistake("dv scaled too", _dv_scaled, "dv was divided by √E as well. Only the scores were; the values never met it."),
    ),
)
