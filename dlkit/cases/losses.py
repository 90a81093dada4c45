"""Inputs for losses: predictions beside numbers, labels, probabilities and distributions."""

from dataclasses import replace

import numpy as np

from dlkit.cases.case import Case, distinct_sizes


def labels(shape, classes, *, ignore=None):
    """Class labels, every second one ``ignore`` where it is given."""

    def draw(rng):
        drawn = np.asarray(rng.integers(0, classes, shape))
        if ignore is not None:
            drawn.flat[1::2] = ignore
        return drawn

    return draw


def probabilities(*shape):
    """Numbers well inside 0 to 1."""
    return lambda rng: rng.uniform(0.05, 0.95, shape)


def weights(*shape):
    """Positive weights, none of them 1."""
    return lambda rng: rng.uniform(1.2, 3.0, shape)


def distributions(*shape, logarithms=False):
    """Probabilities that add to 1 along the second axis, or their logarithms."""

    def draw(rng):
        p = rng.uniform(0.1, 1.0, shape)
        p /= p.sum(axis=min(1, len(shape) - 1), keepdims=True)
        return np.log(p) if logarithms else p

    return draw


def exactly(*numbers):
    """These numbers."""
    return lambda rng: np.array(numbers)


def far(*shape, low=1e-200, high=1.0):
    """Probabilities of all magnitudes."""
    return lambda rng: np.exp(rng.uniform(np.log(low), np.log(high), shape))


def _pairs():
    return [
        Case("ordinary", ((4, 3), (4, 3))),
        Case("images", ((2, 3, 5, 4), (2, 3, 5, 4))),
        Case("one number", ((), ())),
        Case("smallest", ((1,), (1,))),
        Case("empty", ((0, 3), (0, 3)), smooth=False),
        Case("sum", ((4, 3), (4, 3)), {"reduction": "sum"}),
        Case("none", ((4, 3), (4, 3)), {"reduction": "none"}),
        Case("empty, none", ((0, 3), (0, 3)), {"reduction": "none"}),
        Case("extreme", ((4, 3), (4, 3)), scale=1000.0),
    ]


_KINKS = (exactly(2.0, 2.5, 1.5, 2.25, -1.0), exactly(2.0, 2.0, 2.0, 2.0, 2.0))


def _labelled():
    """Cases of class labels, for log-probabilities and scores alike."""
    given, some = ((5, 4), labels((5,), 4), weights(4)), ((6, 4), labels((6,), 4, ignore=-100), weights(4))
    images = ((2, 4, 5, 3), labels((2, 5, 3), 4, ignore=-100), weights(4))
    one, empty, none = ((4,), labels((), 4), weights(4)), ((0, 4), labels((0,), 4), weights(4)), exactly(-100, -100, -100)
    impossible = lambda rng: np.array([[-np.inf, -1.5, -0.3], [-0.5, -np.inf, -0.7]])  # noqa: E731
    return [
        Case("ordinary", given, constants=(2,)),
        Case("no weights", (*given[:2], None)),
        Case("smallest", ((1, 1), labels((1,), 1), weights(1)), constants=(2,)),
        Case("one example", one, constants=(2,)),
        Case("one example, none", one, {"reduction": "none"}, constants=(2,)),
        Case("one example, ignored", ((4,), lambda rng: np.array(-100), None), smooth=False),
        Case("empty batch", empty, constants=(2,), smooth=False),
        Case("empty batch, none", empty, {"reduction": "none"}, constants=(2,)),
        Case("sum", given, {"reduction": "sum"}, constants=(2,)),
        Case("none", given, {"reduction": "none"}, constants=(2,)),
        Case("some ignored", some, constants=(2,)),
        Case("some ignored, no weights", (*some[:2], None)),
        Case("some ignored, none", some, {"reduction": "none"}, constants=(2,)),
        Case("a class ignored", ((5, 4), exactly(2, 0, 2, 3, 1), weights(4)), {"ignore_index": 2}, constants=(2,)),
        Case("all ignored", ((3, 4), none, None), smooth=False),
        Case("all ignored, sum", ((3, 4), none, weights(4)), {"reduction": "sum"}, constants=(2,)),
        Case("ignored where the first class is impossible", (impossible, exactly(-100, 0), None), smooth=False),
        Case("signals", ((2, 4, 3), labels((2, 3), 4), None)),
        Case("images", images, constants=(2,)),
        Case("images, none", images, {"reduction": "none"}, constants=(2,)),
        Case("bytes", ((5, 4), lambda rng: rng.integers(0, 4, 5).astype(np.uint8), None)),
        Case("extreme", given, constants=(2,), scale=1000.0, step=1e-4),
    ]


def _smoothed():
    """Cases of cross-entropy that spread the target."""
    smooth, everything = {"label_smoothing": 0.3}, {"ignore_index": 2, "reduction": "sum", "label_smoothing": 0.2}
    given, images = ((5, 4), labels((5,), 4, ignore=-100), weights(4)), ((2, 4, 5, 3), labels((2, 5, 3), 4), weights(4))
    soft, soft_images = ((5, 4), distributions(5, 4)), ((2, 4, 5, 3), distributions(2, 4, 5, 3), weights(4))
    return [
        Case("smoothing", (*given[:2], None), smooth),
        Case("smoothing and weights", given, smooth, constants=(2,)),
        Case("smoothing and weights, none", given, {**smooth, "reduction": "none"}, constants=(2,)),
        Case("smoothing, images", images, smooth, constants=(2,)),
        Case("smoothing, one example", ((4,), labels((), 4), weights(4)), smooth, constants=(2,)),
        Case("smoothing, all ignored", ((3, 4), exactly(-100, -100, -100), weights(4)), smooth, constants=(2,), smooth=False),
        Case("smoothing, empty batch", ((0, 4), labels((0,), 4), None), smooth, smooth=False),
        Case("nothing but smoothing", given, {"label_smoothing": 1.0}, constants=(2,)),
        Case("smoothing, extreme", given, smooth, constants=(2,), scale=1000.0, step=1e-4),
        Case("all options", ((5, 4), exactly(2, 0, 2, 3, 1), weights(4)), everything, constants=(2,)),
        Case("probabilities", (*soft, None)),
        Case("probabilities and weights", (*soft, weights(4)), constants=(2,)),
        Case("probabilities, sum", (*soft, weights(4)), {"reduction": "sum"}, constants=(2,)),
        Case("probabilities, none", (*soft, weights(4)), {"reduction": "none"}, constants=(2,)),
        Case("probabilities, smoothing", (*soft, weights(4)), smooth, constants=(2,)),
        Case("probabilities, images", soft_images, constants=(2,)),
        Case("probabilities, images, all options", soft_images, {**smooth, "reduction": "none"}, constants=(2,)),
        Case("probabilities, one example", ((4,), distributions(4), weights(4)), smooth, constants=(2,)),
        Case("probabilities, empty batch", ((0, 4), (0, 4), None), smooth=False),
        Case("probabilities that do not add to 1", ((5, 4), probabilities(5, 4), None)),
        Case("certainties", ((3, 4), lambda rng: np.eye(4)[[2, 0, 3]], None)),
        Case("probabilities, extreme", (*soft, None), scale=1000.0, step=1e-4),
    ]


def _yes_or_no(x):
    """Cases of binary cross-entropy; ``x`` draws probabilities or scores of a shape."""
    return [
        Case("no weights", (x(4, 3), probabilities(4, 3), None)),
        Case("images", (x(2, 3, 5, 4), probabilities(2, 3, 5, 4), weights(2, 3, 5, 4)), constants=(2,)),
        Case("one number", (x(), probabilities(), weights()), constants=(2,)),
        Case("smallest", (x(1), probabilities(1), weights(1)), constants=(2,)),
        Case("empty", (x(0, 3), probabilities(0, 3), None), smooth=False),
        Case("sum", (x(4, 3), probabilities(4, 3), weights(4, 3)), {"reduction": "sum"}, constants=(2,)),
        Case("none", (x(4, 3), probabilities(4, 3), weights(4, 3)), {"reduction": "none"}, constants=(2,)),
        Case("yes and no", (x(6), exactly(1.0, 0.0, 0.0, 1.0, 1.0, 0.0), None), {"reduction": "none"}, smooth=False),
    ]


def scores(*shape):
    """Any numbers."""
    return lambda rng: rng.standard_normal(shape)


_ENDS = (exactly(0.0, 0.0, 1.0, 1.0, 0.0, 1.0), exactly(0.0, 1.0, 0.0, 1.0, 0.3, 0.3))
_WEIGHTED_PAIR = (probabilities(4, 3), weights(4, 3))
_LOGS = ((4, 3), distributions(4, 3, logarithms=True))

CASES = {
    "mse_loss": _pairs(),
    "l1_loss": [
        *_pairs(),
        Case("on the target", _KINKS, smooth=False),
        Case("on the target, none", _KINKS, {"reduction": "none"}, smooth=False),
    ],
    "smooth_l1_loss": [
        *_pairs(),
        Case("wide", ((4, 3), (4, 3)), {"beta": 2.5}),
        Case("narrow", ((4, 3), (4, 3)), {"beta": 0.3}),
        Case("beta 0", ((4, 3), (4, 3)), {"beta": 0}),
        Case("beta too small for float32", ((4, 3), (4, 3)), {"beta": 1e-60}),
        Case("all options", ((4, 3), (4, 3)), {"beta": 0.7, "reduction": "sum"}),
        Case("at beta and at 0", _KINKS, {"beta": 0.5, "reduction": "none"}, smooth=False),
        Case("at 0, beta 0", _KINKS, {"beta": 0, "reduction": "none"}, smooth=False),
    ],
    "nll_loss": _labelled(),
    "cross_entropy": [*_labelled(), *_smoothed()],
    "binary_cross_entropy": [
        Case("ordinary", (probabilities(4, 3), *_WEIGHTED_PAIR), constants=(2,)),
        *_yes_or_no(probabilities),
        Case("at 0 and 1", (*_ENDS, None), smooth=False),
        Case("at 0 and 1, none", (*_ENDS, weights(6)), {"reduction": "none"}, constants=(2,), smooth=False),
        Case("beyond −100", (exactly(1e-44, 1e-41, 1e-30, 1e-6), exactly(1.0, 0.2, 0.7, 0.9), None), smooth=False),
    ],
    "binary_cross_entropy_with_logits": [
        Case("ordinary", (scores(4, 3), *_WEIGHTED_PAIR, weights(3)), constants=(2, 3)),
        *[replace(case, shapes=(*case.shapes, None)) for case in _yes_or_no(scores)],
        Case("a weight for yes", (scores(4, 3), probabilities(4, 3), None, weights(3)), constants=(3,)),
        Case("one weight for yes", (scores(4, 3), probabilities(4, 3), None, weights()), constants=(3,)),
        Case("a weight for each yes", (scores(4, 3), probabilities(4, 3), None, weights(4, 3)), constants=(3,)),
        Case(
            "images, a weight for yes", (scores(2, 3, 5, 4), probabilities(2, 3, 5, 4), None, weights(3, 1, 1)), constants=(3,)
        ),
        Case("all options", (scores(4, 3), *_WEIGHTED_PAIR, weights(3)), {"reduction": "none"}, constants=(2, 3)),
        Case("at 0", (exactly(0.0, 0.0), exactly(1.0, 0.3), None, None)),
        Case("extreme", ((4, 3), probabilities(4, 3), None, weights(3)), constants=(3,), scale=1000.0, step=1e-4),
        Case("saturated", (exactly(1e4, -1e4, 1e4, -1e4), exactly(1.0, 0.0, 0.0, 1.0), None, None), step=1e-3),
    ],
    "kl_div": [
        Case("ordinary", (_LOGS[1], distributions(4, 3))),
        Case("images", (distributions(2, 3, 5, 4, logarithms=True), distributions(2, 3, 5, 4))),
        Case("one number", (scores(), probabilities())),
        Case("one number, batchmean", (scores(), probabilities()), {"reduction": "batchmean"}),
        Case("smallest", ((1, 1), probabilities(1, 1))),
        Case("empty batch", ((0, 3), (0, 3)), smooth=False),
        Case("empty batch, batchmean", ((0, 3), (0, 3)), {"reduction": "batchmean"}, smooth=False),
        *[Case(r, ((4, 3), distributions(4, 3)), {"reduction": r}) for r in ("none", "sum", "batchmean")],
        Case("log target", _LOGS, {"log_target": True}),
        *[Case(f"log target, {r}", _LOGS, {"log_target": True, "reduction": r}) for r in ("none", "sum", "batchmean")],
        Case("certainties", ((3, 4), lambda rng: np.eye(4)[[2, 0, 3]]), smooth=False),
        Case("unlikely", ((4, 3), far(4, 3)), scale=1000.0, smooth=False),
        Case(
            "unlikely, log target",
            ((4, 3), lambda rng: -1000 * rng.random((4, 3))),
            {"log_target": True},
            scale=1000.0,
            step=1e-4,
        ),
    ],
    "dice_loss": [
        Case("ordinary", (probabilities(2, 3, 5, 4), probabilities(2, 3, 5, 4))),
        Case("signals", (probabilities(2, 3, 5), probabilities(2, 3, 5))),
        Case("volumes", (probabilities(2, 1, 3, 5, 4), probabilities(2, 1, 3, 5, 4))),
        Case("smallest", ((1, 1, 1), (1, 1, 1))),
        Case("empty batch", ((0, 3, 5, 4), (0, 3, 5, 4)), smooth=False),
        Case("no pixels", ((2, 3, 0), (2, 3, 0))),
        *[Case(r, ((2, 3, 5, 4), (2, 3, 5, 4)), {"reduction": r}) for r in ("none", "sum")],
        Case("hard edges", (probabilities(2, 3, 5, 4), lambda rng: np.round(rng.random((2, 3, 5, 4)))), {"reduction": "none"}),
        Case("no smoothing", (probabilities(2, 3, 5, 4), probabilities(2, 3, 5, 4)), {"smooth": 0}),
        Case("all options", (probabilities(2, 3, 5, 4), probabilities(2, 3, 5, 4)), {"smooth": 0.1, "reduction": "sum"}),
        Case("absent class", (lambda rng: np.zeros((2, 3, 4)), lambda rng: np.zeros((2, 3, 4))), {"reduction": "none"}),
        Case(
            "absent class, no smoothing",
            (lambda rng: np.zeros((2, 3, 4)), lambda rng: np.zeros((2, 3, 4))),
            {"smooth": 0},
            smooth=False,
        ),
        Case("extreme", ((2, 3, 5, 4), (2, 3, 5, 4)), scale=1000.0),
    ],
}

_MILLION = (1024, 1000)

WORKLOADS = {
    **{op: [Case("1024×1000", (_MILLION, _MILLION))] for op in ("mse_loss", "l1_loss", "smooth_l1_loss")},
    "nll_loss": [Case("1024×1000", (_MILLION, labels((1024,), 1000), None))],
    "cross_entropy": [
        Case("1024×1000", (_MILLION, labels((1024,), 1000), None)),
        Case("1024×1000, smoothing", (_MILLION, labels((1024,), 1000), None), {"label_smoothing": 0.1}),
        Case("images, 8×21×128²", ((8, 21, 128, 128), labels((8, 128, 128), 21), None)),
    ],
    "binary_cross_entropy": [Case("1024×1000", (probabilities(*_MILLION), probabilities(*_MILLION), None))],
    "binary_cross_entropy_with_logits": [Case("1024×1000", (_MILLION, probabilities(*_MILLION), None, None))],
    "kl_div": [Case("1024×1000", (_MILLION, distributions(*_MILLION)), {"reduction": "batchmean"})],
    "dice_loss": [Case("8×21×128²", (probabilities(8, 21, 128, 128), probabilities(8, 21, 128, 128)))],
}


def _reduction(rng, *more):
    return {"reduction": str(rng.choice(["none", "sum", "mean", *more]))}


def _shape(rng):
    return tuple(distinct_sizes(rng, int(rng.integers(0, 4)), 1, 6))


def _maybe(rng, drawn):
    return drawn if rng.random() < 0.6 else None


def _pair(rng):
    return Case("random", (shape := _shape(rng), shape), _reduction(rng))


def _smooth_l1(rng):
    case = _pair(rng)
    return replace(case, options={**case.options, "beta": float(rng.choice([0, 0.3, 1.7]))})


def _classes(rng, **options):
    """Scores, labels and weights of random sizes."""
    c, *batch = distinct_sizes(rng, int(rng.integers(1, 5)), 2, 6)
    ignore = int(rng.choice([-100, -3, 20]))
    x, target = ((batch[0], c, *batch[1:]), tuple(batch)) if batch else ((c,), ())
    w = _maybe(rng, weights(c))
    shapes = (x, labels(target, c, ignore=ignore if rng.random() < 0.5 else None), w)
    return Case("random", shapes, {"ignore_index": ignore, **_reduction(rng), **options}, constants=(2,) if w else ())


def _cross_entropy(rng):
    case = _classes(rng, label_smoothing=float(rng.choice([0, 0.2, 0.7])))
    if rng.random() < 0.5:
        return case
    x, _, w = case.shapes
    return replace(case, shapes=(x, distributions(*x), w), options={**case.options, "ignore_index": -100})


def _binary(rng, *, logits):
    shape = _shape(rng)
    arrays = [scores(*shape) if logits else probabilities(*shape), probabilities(*shape), _maybe(rng, weights(*shape))]
    if logits:
        arrays.append(_maybe(rng, weights(*shape[int(rng.integers(0, len(shape) + 1)) :])))
    constants = tuple(k for k in (2, 3)[: len(arrays) - 2] if arrays[k] is not None)
    return Case("random", tuple(arrays), _reduction(rng), constants=constants)


def _kl_div(rng):
    shape, log_target = _shape(rng), bool(rng.random() < 0.5)
    target = distributions(*shape, logarithms=log_target) if shape else scores() if log_target else probabilities()
    return Case("random", (shape, target), {"log_target": log_target, **_reduction(rng, "batchmean")})


def _dice(rng):
    shape = tuple(distinct_sizes(rng, int(rng.integers(3, 6)), 1, 6))
    options = {"smooth": float(rng.choice([0, 0.5, 1])), **_reduction(rng)}
    return Case("random", (probabilities(*shape), probabilities(*shape)), options)


RANDOM = {
    "mse_loss": _pair,
    "l1_loss": _pair,
    "smooth_l1_loss": _smooth_l1,
    "nll_loss": _classes,
    "cross_entropy": _cross_entropy,
    "binary_cross_entropy": lambda rng: _binary(rng, logits=False),
    "binary_cross_entropy_with_logits": lambda rng: _binary(rng, logits=True),
    "kl_div": _kl_div,
    "dice_loss": _dice,
}
