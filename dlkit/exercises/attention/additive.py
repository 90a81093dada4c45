"""Additive attention: forward, and the way back through its scores."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.attention.dot import LESSON
from dlkit.exercises.backpropagation.layers import softmax

# --- additive_attention


def _forward(
    q, k, v, w_q, w_k, w_score, *,
    hidden=lambda a, b: np.tanh(a[:, :, None] + b[:, None]),
    score=lambda h, w: h @ w,
    weigh=softmax,
    read=lambda p, k, v: p @ v,
):  # fmt: skip
    """Additive attention with every step open to a mistake."""
    p = weigh(score(hidden(q @ w_q.T, k @ w_k.T), w_score))  # (N, L, S)
    return read(p, k, v), p


def _right(q, k, v, w_q, w_k, w_score):
    return _forward(q, k, v, w_q, w_k, w_score)


def _wrong(**steps):
    """A mistake in these steps, everything else right."""
    return lambda q, k, v, w_q, w_k, w_score: _forward(q, k, v, w_q, w_k, w_score, **steps)


def _inputs(rng: np.random.Generator) -> list[Call]:
    calls = []
    for n, length, s, e_q, e_k, e_v, a in (*(distinct_sizes(rng, 7, 2, 10) for _ in range(3)), (1, 2, 3, 4, 5, 6, 1)):
        shapes = ((n, length, e_q), (n, s, e_k), (n, s, e_v), (a, e_q), (a, e_k), (a,))
        calls.append(Call(tuple(rng.standard_normal(shape) for shape in shapes)))
    # Scores far above zero for one example, far below for another.
    q, k, v, w_q, w_k, w_score = (rng.standard_normal(s) for s in ((2, 3, 2), (2, 4, 5), (2, 4, 3), (6, 2), (6, 5), (6,)))
    w_q, w_score = np.abs(w_q), 800 + np.abs(w_score)
    q = np.stack([20 + np.abs(q[0]), -20 - np.abs(q[1])])
    below = Call((-np.abs(q), k, v, w_q, w_k, w_score))
    return [*calls[:3], Call((q, k, v, w_q, w_k, w_score)), below, calls[3]]


def _no_maximum(s):
    e = np.exp(s)
    return e / e.sum(axis=-1, keepdims=True)


def _one_sum(s):
    e = np.exp(s)
    return e / e.sum()


def _from_zero(s):
    e = np.exp(s - np.maximum(s.max(axis=-1, keepdims=True), 0))
    return e / e.sum(axis=-1, keepdims=True)


def _one_maximum(s):
    e = np.exp(s - s.max())
    return e / e.sum(axis=-1, keepdims=True)


additive_attention = Exercise(
    name="additive_attention",
    lesson=LESSON,
    reference=_right,
    inputs=_inputs,
    takes="q[N L E_q] k[N S E_k] v[N S E_v] w_q[A E_q] w_k[A E_k] w_score[A]",
    returns="y[N L E_v] p[N L S]",
    mistakes=(
        Mistake(
            "tanh forgotten",
            _wrong(hidden=lambda a, b: a[:, :, None] + b[:, None]),
            "There is no tanh. Without it the query adds the same number to all scores of a row, and softmax does not notice "
            "it: every query looks at the same place.",
        ),
        Mistake(
            "tanh of the scores",
            _wrong(hidden=lambda a, b: a[:, :, None] + b[:, None], score=lambda h, w: np.tanh(h @ w)),
            "tanh was taken of the finished score. It belongs to the hidden layer, before w_score weighs its A numbers.",
        ),
        Mistake(
            "multiplied instead of added",
            _wrong(hidden=lambda a, b: np.tanh(a[:, :, None] * b[:, None])),
            "The two projections were multiplied. Additive attention adds them.",
        ),
        Mistake(
            "subtracted",
            _wrong(hidden=lambda a, b: np.tanh(a[:, :, None] - b[:, None])),
            "The key's projection was taken away from the query's. The two are added.",
        ),
        Mistake(
            "query lost",
            _wrong(hidden=lambda a, b: np.tanh(a)[:, :, None] + np.tanh(b)[:, None]),
            "Every query gets the same weights. Either the query is not in the scores, or tanh was taken of query and key "
            "apart: then the query adds one number to its whole row, and softmax does not notice. Add first, then tanh.",
        ),
        Mistake(
            "every key counts alike",
            _wrong(hidden=lambda a, b: np.tanh(a[:, :, None] + 0 * b[:, None])),
            "y is the plain mean of the values. Either the keys are not in the scores, or the weights are not used.",
        ),
        Mistake(
            "ReLU instead of tanh",
            _wrong(hidden=lambda a, b: np.maximum(a[:, :, None] + b[:, None], 0)),
            "The hidden layer has a ReLU. This attention was published with tanh, and the formula above has it.",
        ),
        Mistake(
            "sigmoid instead of tanh",
            _wrong(hidden=lambda a, b: 1 / (1 + np.exp(-(a[:, :, None] + b[:, None])))),
            "The hidden layer has a sigmoid. This attention was published with tanh, and the formula above has it.",
        ),
        Mistake(
            "multiplied, and no tanh",
            _wrong(hidden=lambda a, b: a[:, :, None] * b[:, None]),
            "The two projections were multiplied, and there is no tanh. Additive attention adds them, then takes tanh.",
        ),
        Mistake(
            "w_score forgotten",
            _wrong(score=lambda h, w: h.sum(axis=-1)),
            "The hidden numbers were added up as they are. Each counts with its weight from w_score.",
        ),
        Mistake(
            "hidden numbers averaged",
            _wrong(score=lambda h, w: h @ w / len(w)),
            "The score was divided by A. It is the plain weighted sum.",
        ),
        Mistake(
            "divided by √A",
            _wrong(score=lambda h, w: h @ w / np.sqrt(len(w))),
            "The score was divided by a root. tanh keeps every hidden number within ±1; this attention has no scale.",
        ),
        Mistake(
            "divided by the root of the keys' width",
            lambda q, k, v, *w: _forward(q, k, v, *w, score=lambda h, w: h @ w / np.sqrt(k.shape[2])),
            "The score was divided by √E_k. tanh keeps every hidden number within ±1; this attention has no scale.",
        ),
        Mistake(
            "divided by the root of the queries' width",
            lambda q, k, v, *w: _forward(q, k, v, *w, score=lambda h, w: h @ w / np.sqrt(q.shape[2])),
            "The score was divided by √E_q. tanh keeps every hidden number within ±1; this attention has no scale.",
        ),
        Mistake(
            "softmax over the batch",
            _wrong(weigh=lambda s: softmax(s, axis=0)),
            "The softmax ran over axis 0: examples of the batch compete with each other. The keys stand on the last axis.",
        ),
        Mistake(
            "one sum for everything",
            _wrong(weigh=_one_sum),
            "The exponentials were divided by the sum of them all, which has no axis. Each query needs its own sum; and large "
            "scores overflow unless the row's largest is taken away first.",
        ),
        Mistake(
            "only the best key",
            _wrong(weigh=lambda s: np.eye(s.shape[-1])[s.argmax(axis=-1)]),
            "All attention went to the key with the largest score. Softmax shares it out, and only so can a gradient flow.",
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
        Mistake(
            "softmax over the queries",
            _wrong(weigh=lambda s: softmax(s, axis=1)),
            "The weights add up to one down each column: queries compete for a key. The keys stand on the last axis.",
        ),
        Mistake(
            "one softmax for the whole table",
            _wrong(weigh=lambda s: softmax(s, axis=(1, 2))),
            "All weights of an example add up to one. Each query has a whole attention of its own to share out.",
        ),
        Mistake(
            "exponentials overflow",
            _wrong(weigh=_no_maximum),
            "e to the power of a large score is infinite. Take each row's largest score away first.",
        ),
        Mistake(
            "largest score of the whole table",
            _wrong(weigh=_one_maximum),
            "One maximum was taken away from all rows. A row far below it becomes 0/0: each query needs its own.",
        ),
        Mistake(
            "a maximum that starts at zero",
            _wrong(weigh=_from_zero),
            "The search for the largest score began at 0. Where all scores lie far below zero the row becomes 0/0.",
        ),
        Mistake(
            "softmax forgotten",
            _wrong(weigh=lambda s: s),
            "The scores themselves were used as weights. Weights are positive and add up to one along the keys.",
        ),
        Mistake(
            "exponentials not divided",
            _wrong(weigh=lambda s: np.exp(s - s.max(axis=-1, keepdims=True))),
            "The exponentials were not divided by their sum: a query's weights must add up to one.",
        ),
        Mistake(
            "keys read instead of values",
            _wrong(read=lambda p, k, v: p @ k),
            "The weights were applied to the keys. Keys decide who is heard; values are what they say.",
        ),
    ),
)


# --- additive_scores_backward


def _outer(dz, x):
    """Σ over examples and places of dz (N, T, A) times x (N, T, E): (A, E)."""
    return np.einsum("nta,nte->ae", dz, x)


def _backward(
    ds, q, k, w_q, w_k, w_score, *,
    slope=lambda h, z: 1 - h * h,
    spread=lambda w: w,
    to_q=lambda dz: dz.sum(axis=2),
    to_k=lambda dz: dz.sum(axis=1),
    outer=_outer,
    dw_score=lambda ds, h, z: np.einsum("nls,nlsa->a", ds, h),
):  # fmt: skip
    """The way back with every step open to a mistake."""
    z = (q @ w_q.T)[:, :, None] + (k @ w_k.T)[:, None]  # (N, L, S, A)
    h = np.tanh(z)
    dz = ds[..., None] * spread(w_score) * slope(h, z)
    a, b = to_q(dz), to_k(dz)  # (N, L, A), (N, S, A)
    return a @ w_q, b @ w_k, outer(a, q), outer(b, k), dw_score(ds, h, z)


def _back(ds, q, k, w_q, w_k, w_score):
    return _backward(ds, q, k, w_q, w_k, w_score)


def _bad(**steps):
    return lambda ds, q, k, w_q, w_k, w_score: _backward(ds, q, k, w_q, w_k, w_score, **steps)


def _upstreams(rng: np.random.Generator) -> list[Call]:
    calls = []
    for n, length, s, e_q, e_k, a in (*(distinct_sizes(rng, 6, 2, 9) for _ in range(3)), (1, 2, 3, 4, 5, 6)):
        shapes = ((n, length, s), (n, length, e_q), (n, s, e_k), (a, e_q), (a, e_k), (a,))
        calls.append(Call(tuple(rng.standard_normal(shape) for shape in shapes)))
    return calls


additive_scores_backward = Exercise(
    name="additive_scores_backward",
    lesson=LESSON,
    reference=_back,
    inputs=_upstreams,
    takes="ds[N L S] q[N L E_q] k[N S E_k] w_q[A E_q] w_k[A E_k] w_score[A]",
    returns="dq[N L E_q] dk[N S E_k] dw_q[A E_q] dw_k[A E_k] dw_score[A]",
    mistakes=(
        Mistake(
            "slope of tanh forgotten",
            _bad(slope=lambda h, z: 1),
            "The gradient went through tanh as if it were not there. Where tanh is level, hardly anything gets back.",
        ),
        Mistake(
            "one minus h, not squared",
            _bad(slope=lambda h, z: 1 - h),
            "The slope of tanh was taken as 1 − h. The square is missing.",
        ),
        Mistake(
            "slope from before tanh",
            _bad(slope=lambda h, z: 1 - z * z),
            "The slope of tanh was read off its input. It is one minus the square of its output.",
        ),
        Mistake(
            "slope of the sigmoid",
            _bad(slope=lambda h, z: h * (1 - h)),
            "h·(1 − h) is the slope of the sigmoid. Here h comes from tanh.",
        ),
        Mistake(
            "w_score forgotten",
            _bad(spread=lambda w: 1),
            "A hidden number counted with its weight from w_score, and gets its gradient with the same weight.",
        ),
        Mistake(
            "dq from the last key only",
            _bad(to_q=lambda dz: dz[:, :, -1]),
            "Only the last key handed its gradient back to the queries. A query meets every key: += instead of =.",
        ),
        Mistake(
            "dk from the last query only",
            _bad(to_k=lambda dz: dz[:, -1]),
            "Only the last query handed its gradient back to the keys. A key meets every query: += instead of =.",
        ),
        Mistake(
            "dq from the first key only",
            _bad(to_q=lambda dz: dz[:, :, 0]),
            "Only the first key handed its gradient back to the queries. A query meets every key: add them up.",
        ),
        Mistake(
            "dk from the first query only",
            _bad(to_k=lambda dz: dz[:, 0]),
            "Only the first query handed its gradient back to the keys. A key meets every query: add them up.",
        ),
        Mistake(
            "upstream left out",
            lambda ds, q, k, *w: _backward(np.ones_like(ds), q, k, *w),
            "The result does not depend on ds: it is the gradient of the plain sum of all scores.",
        ),
        Mistake(
            "averaged over the keys",
            _bad(to_q=lambda dz: dz.mean(axis=2)),
            "The queries' gradient was divided by the number of keys. Shares are added.",
        ),
        Mistake(
            "averaged over the queries",
            _bad(to_k=lambda dz: dz.mean(axis=1)),
            "The keys' gradient was divided by the number of queries. Shares are added.",
        ),
        Mistake(
            "weights averaged over the batch",
            _bad(outer=lambda dz, x: _outer(dz, x) / len(x)),
            "dw_q and dw_k were divided by N. The average over the batch, where there is one, is in ds already: add.",
        ),
        Mistake(
            "weights from the last example only",
            _bad(outer=lambda dz, x: _outer(dz[-1:], x[-1:])),
            "dw_q and dw_k hold what the last example gave. All examples share the weights: += instead of =.",
        ),
        Mistake(
            "weights from the last place only",
            _bad(outer=lambda dz, x: _outer(dz[:, -1:], x[:, -1:])),
            "dw_q and dw_k hold what the last place gave. All places share the weights: += instead of =.",
        ),
        Mistake(
            "dw_score before tanh",
            _bad(dw_score=lambda ds, h, z: np.einsum("nls,nlsa->a", ds, z)),
            "dw_score was made with the sums before tanh. w_score multiplied what came out of it.",
        ),
        Mistake(
            "dw_score without the hidden layer",
            _bad(dw_score=lambda ds, h, z: np.full(h.shape[-1], ds.sum())),
            "Every entry of dw_score is the same sum of ds. A weight's slope is the number it multiplied.",
        ),
        Mistake(
            "dw_score averaged over the batch",
            _bad(dw_score=lambda ds, h, z: np.einsum("nls,nlsa->a", ds, h) / len(ds)),
            "dw_score was divided by N. The average over the batch, where there is one, is in ds already: add.",
        ),
        Mistake(
            "dw_score from the last example only",
            _bad(dw_score=lambda ds, h, z: np.einsum("nls,nlsa->a", ds[-1:], h[-1:])),
            "dw_score holds what the last example gave. All examples share it: += instead of =.",
        ),
        Mistake(
            "dw_score times w_score",
            lambda ds, q, k, w_q, w_k, w_score: _backward(
                ds, q, k, w_q, w_k, w_score, dw_score=lambda ds, h, z: w_score * np.einsum("nls,nlsa->a", ds, h)
            ),
            "dw_score was multiplied by w_score. A weight's slope is the number it multiplied; the weight itself is not in it.",
        ),
        Mistake(
            "dw_score from behind tanh",
            lambda ds, q, k, w_q, w_k, w_score: _backward(
                ds, q, k, w_q, w_k, w_score, dw_score=lambda ds, h, z: w_score * np.einsum("nls,nlsa->a", ds, 1 - h * h)
            ),
            "dw_score is the sum of the gradient inside tanh. That would be the slope by a bias there; w_score multiplied h, "
            "outside.",
        ),
        Mistake(
            "dw_score with the slope",
            _bad(dw_score=lambda ds, h, z: np.einsum("nls,nlsa->a", ds, 1 - h * h)),
            "dw_score was made with the slope of tanh. w_score stands behind tanh: no slope lies between it and the score.",
        ),
    ),
)
