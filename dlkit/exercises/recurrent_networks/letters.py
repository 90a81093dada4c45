"""The loss of a sequence with padding."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.backpropagation.layers import softmax
from dlkit.exercises.recurrent_networks.steps import LESSON


def _pieces(scores, targets, axis=-1):
    """Minus the log probability of each target, and the gradient of each of these."""
    p = softmax(scores, axis)
    at = np.take_along_axis(p, targets[..., None], -1)[..., 0]
    return -np.log(np.maximum(at, 1e-300)), p - np.eye(scores.shape[-1])[targets]


def _distance(scores, targets):
    """How far the right letter's score is below the largest."""
    return scores.max(axis=-1) - np.take_along_axis(scores, targets[..., None], -1)[..., 0]


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


def _one_maximum(scores, targets, pad):
    return _overflows(scores - scores.max(), targets, pad)


def _zeroed(scores, targets, pad):
    mask = (targets != pad).astype(float)
    return _mean(scores * mask[..., None], targets, np.full_like(mask, 1 / mask.size))


def _without_pad(scores, targets, pad):
    scores = scores.copy()
    scores[..., pad] = -1e9
    return _right(scores, targets, pad)


def _scores(rng):
    """Sequences of different lengths, several padding numbers, padding in the middle; a batch without, and a single letter."""
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
        if k < 2:
            targets[0, (t // 2, 0)[k]] = pad  # padding in the middle, and in front
        scores = 2 * rng.standard_normal((n, t, classes))
        scores += 1000 * (k == 2) - 3000 * (k == 3)  # the probabilities are the same
        scores[0, 0] -= 900 * (k == 2)  # far below the others
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
            "Each sequence got a mean of its own, and these were averaged: a letter of a short one then counts more. One "
            "mean over "
            "all letters.",
        ),
        Mistake(
            "not averaged",
            _weighted(lambda mask: mask),
            "That is the sum over all letters. Divide by how many there are, in the loss and in its gradient.",
        ),
        Mistake(
            "pad taken to be 0",
            lambda scores, targets, pad: _mean(scores, targets, (targets != 0) / max((targets != 0).sum(), 1)),
            "Number 0 was taken for the padding. It is the argument pad.",
        ),
        Mistake(
            "letters and padding exchanged",
            _weighted(lambda mask: (1 - mask) / (1 - mask).sum()),
            "Only the padding was counted: the comparison with pad is the wrong way round.",
        ),
        Mistake(
            "stops at the first padding",
            _weighted(lambda mask: np.cumprod(mask, axis=1) / np.cumprod(mask, axis=1).sum()),
            "What comes after the first padding of a row was left out. Every place whose target is not pad counts.",
        ),
        Mistake(
            "padding thought to be at the end",
            _weighted(lambda mask: (np.arange(mask.shape[1]) < mask.sum(axis=1, keepdims=True)) / mask.sum()),
            "The letters of a row were counted and as many places taken from its beginning. Padding may stand anywhere: "
            "compare each target with pad.",
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
            "The score of the padding number was taken out of softmax. It stays a class like the others; only places "
            "whose target "
            "is pad do not count.",
        ),
        Mistake(
            "largest score of the whole table",
            _one_maximum,
            "One maximum was taken away from all places. A place far below it becomes all zeros, and 0/0 is not a number: "
            "take each place's own.",
        ),
        Mistake(
            "exponentials overflow",
            _overflows,
            "e to the power of 1000 is infinite, and of −3000 it is 0 everywhere. Take each place's largest score away "
            "first; the "
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
            "logarithm forgotten",
            _loss(lambda s, t, mask: -np.exp(-_pieces(s, t)[0])[mask].mean()),
            "The loss is minus the mean probability of the right letters. The logarithm is missing.",
        ),
        Mistake(
            "all classes in the loss",
            _loss(lambda s, t, mask: -np.log(softmax(s))[mask].mean()),
            "−log p was averaged over all K letters. Only the right letter of each place counts.",
        ),
        Mistake(
            "averaged over the classes too",
            lambda scores, targets, pad: tuple(part / scores.shape[-1] for part in _right(scores, targets, pad)),
            "It is divided by K as well: the mean ran over the zeros of one-hot rows too. Divide by the number of letters.",
        ),
        Mistake(
            "log of the sum forgotten",
            _loss(lambda s, t, mask: _distance(s, t)[mask].mean()),
            "The loss is the largest score less the right letter's. −log p also has the log of the sum of exponentials.",
        ),
        Mistake(
            "minus the scores",
            _loss(lambda s, t, mask: -np.take_along_axis(s, t[..., None], -1)[..., 0][mask].mean()),
            "The loss is minus the mean score of the right letters. Make probabilities of the scores first: softmax.",
        ),
        Mistake(
            "perplexity instead of nats",
            _loss(lambda s, t, mask: np.exp(_pieces(s, t)[0][mask].mean())),
            "That is e to the power of the loss, the perplexity. Return the mean of −log p itself.",
        ),
        Mistake(
            "scores of the padding set to zero",
            _zeroed,
            "The padding's scores were set to 0. Zeros are scores too, and pay log K each. Leave those places out of the mean.",
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
        Mistake(
            "gradient at the right letter only",
            _gradient(lambda d, s, t, mask: d * np.eye(s.shape[-1])[t]),
            "dscores is 0 but at the right letter. Raising another letter's score makes the loss larger too: its gradient "
            "is its p.",
        ),
        Mistake(
            "gradient neither masked nor averaged",
            _gradient(lambda d, s, t, mask: _pieces(s, t)[1]),
            "dscores is p − 1 at the letter, but at the padding it should be 0, and each letter counts one over the "
            "number of letters.",
        ),
        Mistake(
            "gradient with the wrong sign", _gradient(lambda d, *_: -d), "dscores points downhill: p − 1 at the right letter."
        ),
    ),
)
