"""The loss of a sequence with padding, and drawing the next letter."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.recurrent_networks.steps import LESSON

# --- sequence_cross_entropy


def softmax(scores, axis=-1):
    """Probabilities; the largest score is taken away first."""
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _pieces(scores, targets, axis=-1):
    """Minus the log probability of each target, and the gradient of each of these."""
    p = softmax(scores, axis)
    at = np.take_along_axis(p, targets[..., None], -1)[..., 0]
    return -np.log(np.maximum(at, 1e-300)), p - np.eye(scores.shape[-1])[targets]


def _mean(scores, targets, weights, axis=-1):
    """Loss and gradient where place (n, t) counts ``weights[n, t]``."""
    losses, dscores = _pieces(scores, targets, axis)
    return (losses * weights).sum(), dscores * weights[..., None]


def _weighted(weights):
    """A mistake in what each place counts: ``weights(mask)``, mask 1 where there is a letter."""
    return lambda scores, targets, pad: _mean(scores, targets, weights((targets != pad).astype(float)))


def _right(scores, targets, pad):
    mask = (targets != pad).astype(float)
    return _mean(scores, targets, mask / mask.sum())


def _gradient(change):
    """A mistake in dscores alone: ``change(dscores, scores, targets, mask)``."""

    def wrong(scores, targets, pad):
        loss, dscores = _right(scores, targets, pad)
        return loss, change(dscores, scores, targets, targets != pad)

    return wrong


def _loss(change):
    """A mistake in the loss alone: ``change(scores, targets, mask)``."""
    return lambda scores, targets, pad: (change(scores, targets, targets != pad), _right(scores, targets, pad)[1])


def _overflows(scores, targets, pad):
    mask = (targets != pad).astype(float)
    p = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    at = np.take_along_axis(p, targets[..., None], -1)[..., 0]
    weights = mask / mask.sum()
    return -(np.log(at) * weights).sum(), (p - np.eye(scores.shape[-1])[targets]) * weights[..., None]


def _without_pad(scores, targets, pad):
    scores = scores.copy()
    scores[..., pad] = -1e9
    return _right(scores, targets, pad)


def _scores(rng):
    """Sequences of different lengths, with several padding numbers; one batch has no padding, one is a single letter."""
    calls = []
    for k in range(5):
        n, t, classes = distinct_sizes(rng, 3, 3, 8)
        n, t = (1, 1) if k == 4 else (n, t)
        pad = (classes - 1, 1, 0, 2, 1)[k]
        targets = rng.integers(0, classes - 1, (n, t))
        targets[targets >= pad] += 1  # no letter is the padding
        if k != 3:
            for row, length in enumerate([t, 1, *rng.integers(1, t + 1, n)][:n]):
                targets[row, length:] = pad
        scores = 2 * rng.standard_normal((n, t, classes))
        scores += 1000 * (k == 2) - 3000 * (k == 3)  # the probabilities are the same
        calls.append(Call((scores, targets, pad)))
    return calls


sequence_cross_entropy = Exercise(
    name="sequence_cross_entropy",
    lesson=LESSON,
    reference=_right,
    inputs=_scores,
    takes="scores[N T K] targets[N T]",
    returns="loss[] dscores[N T K]",
    mistakes=(
        Mistake(
            "padding counted",
            _weighted(lambda mask: np.full_like(mask, 1 / mask.size)),
            "Padding was counted like letters. Places where targets == pad add nothing to the loss and are not counted.",
        ),
        Mistake(
            "divided by all places",
            _weighted(lambda mask: mask / mask.size),
            "Padding adds nothing, but it still counts in the mean: you divided by N·T. Divide by the number of "
            "letters, in the loss and in its gradient.",
        ),
        Mistake(
            "divided by the sequences",
            _weighted(lambda mask: mask / len(mask)),
            "The sum was divided by N. The mean is taken over all letters of all sequences.",
        ),
        Mistake(
            "divided by the steps",
            _weighted(lambda mask: mask / mask.shape[1]),
            "The sum was divided by T. The mean is taken over all letters of all sequences.",
        ),
        Mistake(
            "a mean of means",
            _weighted(lambda mask: mask / mask.sum(axis=1, keepdims=True) / len(mask)),
            "Each sequence got a mean of its own, and these were averaged: a letter of a short one then counts more. One mean over "
            "all letters.",
        ),
        Mistake("not averaged", _weighted(lambda mask: mask), "That is the sum over all letters. Divide by how many there are, in the loss and in its gradient."),
        Mistake(
            "pad taken to be 0",
            lambda scores, targets, pad: _mean(scores, targets, (targets != 0) / max((targets != 0).sum(), 1)),
            "Number 0 was taken for the padding. It is the argument pad.",
        ),
        Mistake(
            "letters and padding exchanged",
            _weighted(lambda mask: (1 - mask) / max((1 - mask).sum(), 1)),
            "Only the padding was counted: the comparison with pad is the wrong way round.",
        ),
        Mistake(
            "only the first step",
            _weighted(lambda mask: mask * (np.arange(mask.shape[1]) == 0) / mask[:, 0].sum()),
            "Only step 0 was counted. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "softmax over time",
            lambda scores, targets, pad: _mean(scores, targets, (targets != pad) / (targets != pad).sum(), axis=1),
            "The probabilities add up to one over the steps. The letters of one step compete: the last axis.",
        ),
        Mistake(
            "one softmax for the whole table",
            lambda scores, targets, pad: _mean(scores, targets, (targets != pad) / (targets != pad).sum(), axis=(0, 1, 2)),
            "The exponentials were divided by the sum over everything. Each place needs a sum of its own.",
        ),
        Mistake(
            "padding taken out of the classes",
            _without_pad,
            "The score of the padding number was taken out of softmax. It stays a class like the others; only places whose target "
            "is pad do not count.",
        ),
        Mistake(
            "exponentials overflow",
            _overflows,
            "e to the power of 1000 is infinite, and of −3000 it is 0 everywhere. Take each place's largest score away first; the "
            "result is the same.",
        ),
        Mistake(
            "wrong sign of the loss",
            _loss(lambda s, t, mask: -_pieces(s, t)[0][mask].mean()),
            "The loss is negative: −log p has a minus.",
        ),
        Mistake(
            "loss in bits",
            _loss(lambda s, t, mask: _pieces(s, t)[0][mask].mean() / np.log(2)),
            "The loss is in bits (log2). Here it is in nats: np.log.",
        ),
        Mistake(
            "probability instead of its logarithm",
            _loss(lambda s, t, mask: np.exp(-_pieces(s, t)[0])[mask].mean()),
            "The loss is the mean probability of the right letters. Its −log is wanted.",
        ),
        Mistake(
            "gradient at the padding",
            _gradient(lambda d, s, t, mask: _pieces(s, t)[1] / mask.sum()),
            "The loss is right, but dscores is not 0 at the padding: those scores do not change the loss.",
        ),
        Mistake(
            "the letter not subtracted",
            _gradient(lambda d, s, t, mask: softmax(s) * mask[..., None] / mask.sum()),
            "dscores holds the probabilities. The right letter misses its − 1.",
        ),
        Mistake("gradient with the wrong sign", _gradient(lambda d, *_: -d), "dscores points downhill: p − 1 at the right letter."),
    ),
)


# --- sample


def _drawn(scores, temperature, rng, p=None, r=None):
    """The first letter at which the running sum of probabilities exceeds r."""
    p = softmax(scores / temperature) if p is None else p
    r = rng.random(len(scores)) if r is None else r
    return np.minimum((np.cumsum(p, axis=1) <= r[:, None]).sum(axis=1), scores.shape[1] - 1)


def _overflowing(scores, temperature, rng):
    e = np.exp(scores / temperature)
    return (np.cumsum(e / e.sum(axis=1, keepdims=True), axis=1) > rng.random(len(scores))[:, None]).argmax(axis=1)


def _positive(p, r):
    """The first place where p itself exceeds r, 0 where there is none."""
    return (p > r[:, None]).argmax(axis=1)


def _draws(rng):
    """Many rows at once, for one draw may be right by luck; sharp and flat temperatures; large scores; one row."""
    calls = []
    for temperature, shift, rows in ((0.5, 0.0, 60), (2.0, 0.0, 70), (1.0, 1000.0, 65), (0.25, 0.0, 1), (1.5, -3000.0, 1)):
        classes = int(rng.integers(5, 9))
        scores = 1.5 * rng.standard_normal((rows, classes)) + shift
        calls.append(Call((scores, temperature, np.random.default_rng(int(rng.integers(2**31))))))
    return calls


sample = Exercise(
    name="sample",
    lesson=LESSON,
    reference=_drawn,
    inputs=_draws,
    takes="scores[N K]",
    returns="letters[N]",
    mistakes=(
        Mistake(
            "temperature ignored",
            lambda scores, temperature, rng: _drawn(scores, 1, rng),
            "The temperature changes nothing. Divide the scores by it before softmax; dividing probabilities and then making them "
            "add up to one again cancels it.",
        ),
        Mistake(
            "temperature upside down",
            lambda scores, temperature, rng: _drawn(scores, 1 / temperature, rng),
            "Hot draws carefully and cold draws wildly: the scores were multiplied by the temperature. Divide them.",
        ),
        Mistake(
            "probabilities divided by the temperature",
            lambda scores, temperature, rng: _drawn(scores, 1, rng, p=softmax(scores) / temperature),
            "Probabilities were divided by the temperature and no longer add up to one. It belongs to the scores, before softmax.",
        ),
        Mistake(
            "always the likeliest",
            lambda scores, temperature, rng: scores.argmax(axis=1),
            "Always the largest score was taken: that gives the same name every time. Draw with the probabilities.",
        ),
        Mistake(
            "one draw for all rows",
            lambda scores, temperature, rng: _drawn(scores, temperature, rng, r=np.repeat(rng.random(), len(scores))),
            "One random number decided all rows. Each row needs its own: rng.random(N), in order.",
        ),
        Mistake(
            "scores ignored",
            lambda scores, temperature, rng: (rng.random(len(scores)) * scores.shape[1]).astype(int),
            "All letters were equally likely. The probabilities come from the scores.",
        ),
        Mistake(
            "running sum forgotten",
            lambda scores, temperature, rng: _positive(softmax(scores / temperature), rng.random(len(scores))),
            "r was compared with each probability by itself. Compare it with their running sum: p₀, p₀ + p₁, …",
        ),
        Mistake(
            "running sum down the rows",
            lambda scores, temperature, rng: (
                np.cumsum(softmax(scores / temperature), axis=0) > rng.random(len(scores))[:, None]
            ).argmax(axis=1),
            "The running sum went down the rows, over the batch. It runs over the letters of one row: axis 1.",
        ),
        Mistake(
            "running sum over the whole table",
            lambda scores, temperature, rng: (
                np.cumsum(softmax(scores / temperature)).reshape(scores.shape) > rng.random(len(scores))[:, None]
            ).argmax(axis=1),
            "The running sum went on from row to row. It begins again in each row: np.cumsum needs an axis.",
        ),
        Mistake(
            "softmax down the rows",
            lambda scores, temperature, rng: _drawn(scores, 1, rng, p=softmax(scores / temperature, axis=0)),
            "The probabilities add up to one down each column. The letters of one row compete: axis 1.",
        ),
        Mistake(
            "one softmax for the whole table",
            lambda scores, temperature, rng: _drawn(scores, 1, rng, p=softmax(scores / temperature, axis=(0, 1))),
            "The exponentials were divided by the sum over all rows. Each row needs a sum of its own.",
        ),
        Mistake(
            "one letter too far",
            lambda scores, temperature, rng: np.minimum(_drawn(scores, temperature, rng) + 1, scores.shape[1] - 1),
            "Each draw is one letter too far on. Count how many running sums are at most r: that many letters are passed over.",
        ),
        Mistake(
            "one letter too early",
            lambda scores, temperature, rng: np.maximum(_drawn(scores, temperature, rng) - 1, 0),
            "Each draw is one letter too early. The first running sum above r is that of the letter drawn.",
        ),
        Mistake(
            "one letter too early, the last for the first",
            lambda scores, temperature, rng: _drawn(scores, temperature, rng) - 1,
            "Each draw is one less than it should be, −1 among them. The first running sum above r is that of the letter drawn.",
        ),
        Mistake(
            "counted from the end",
            lambda scores, temperature, rng: scores.shape[1] - 1
            - _drawn(scores[:, ::-1], temperature, rng),
            "The running sum began with the last letter. Begin with letter 0, so that all of us draw the same.",
        ),
        Mistake(
            "sorted first",
            lambda scores, temperature, rng: _drawn(np.sort(scores, axis=1)[:, ::-1], temperature, rng),
            "The probabilities were sorted, and the answer counts places in the sorted row. Keep the letters in their order.",
        ),
        Mistake(
            "exponentials overflow",
            _overflowing,
            "e to the power of 1000 is infinite, and of −2000 it is 0. Take each row's largest score away first.",
        ),
    ),
)
