"""Shortening a gradient that is too long."""

import numpy as np

from dlkit import optim
from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.difference import array
from dlkit.errors import ShapeError
from dlkit.exercises.recurrent_networks.steps import LESSON


class Gradients(list):
    """A list of gradients that a verdict shows by its shapes."""

    def __repr__(self) -> str:
        """Names and shapes."""
        return "[" + ", ".join(f"{name} {g.shape}" for name, g in zip(("dU", "dV", "db"), self, strict=False)) + "]"


def _joined(result, gradients, max_norm):
    """All arrays as one row of numbers: a mistake in the norm is in all of them."""
    wanted = [g.shape for g in gradients]
    if not isinstance(result, list | tuple) or len(result) != len(wanted):
        came = f"a list of {len(result)}" if isinstance(result, list | tuple) else f"a {type(result).__name__}"
        inside = " Does the line with return stand inside the loop?" if came == "a list of 1" else ""
        raise TypeError(f"clip_by_norm should return a list of {len(wanted)} arrays; yours returned {came}.{inside}")
    arrays = [array(part) for part in result]
    if any(a is None or a.dtype.kind not in "iuf" for a in arrays):
        raise TypeError("clip_by_norm should return a list of arrays of numbers, like the one it was given.")
    if [a.shape for a in arrays] != wanted:
        raise ShapeError(f"The arrays came with the shapes {[a.shape for a in arrays]} and should keep theirs: {wanted}.")
    return np.concatenate([np.ravel(a) for a in arrays])


def norm_of(gradients):
    """The length of all gradients together."""
    return float(np.sqrt(sum(np.sum(g**2) for g in gradients)))


def _clip(gradients, max_norm):
    return tuple(optim.clip_by_norm(list(gradients), max_norm)[0])


def _with_norm(length):
    """A mistake in the length: ``length(gradients)``."""

    def wrong(gradients, max_norm):
        norm = length(gradients)
        return [g * (max_norm / norm if norm > max_norm else 1) for g in gradients]

    return wrong


def _with_factor(factor):
    """A mistake in the factor: ``factor(norm, max_norm)``."""
    return lambda gradients, max_norm: [g * factor(norm_of(gradients), max_norm) for g in gradients]


def _inputs(rng):
    """Too long by a lot and by a little, short enough, and nothing at all; one array is much longer than the others."""
    calls, first = [], int(rng.integers(3))
    for k, share in enumerate((0.02, 0.6, 3.0, None, 0.97)):
        h, d = distinct_sizes(rng, 2, 2, 7) if share != 0.97 else (3, 1)
        gradients = Gradients(rng.standard_normal(shape) for shape in ((h, d), (h, h), (h,)))
        gradients = Gradients(g * float(rng.uniform(0.8, 1.2)) / norm_of([g]) for g in gradients)
        gradients[(first + k) % 3] *= 4
        if share is None:
            gradients = Gradients(0 * g for g in gradients)
        max_norm = float(rng.uniform(1.5, 4))
        scale = 1.0 if share is None else max_norm / share / norm_of(gradients)
        calls.append(Call((Gradients(g * scale for g in gradients), max_norm)))
    return calls


clip_by_norm = Exercise(
    name="clip_by_norm",
    lesson=LESSON,
    reference=_clip,
    inputs=_inputs,
    takes="",
    returns="gradients[numbers]",
    through=_joined,
    mistakes=(
        Mistake(
            "each array by its own norm",
            lambda gradients, max_norm: [_with_norm(norm_of)([g], max_norm)[0] for g in gradients],
            "Each array was shortened by itself, so the whole gradient points elsewhere. One norm for all arrays together, one "
            "factor for all.",
        ),
        Mistake(
            "each number clipped",
            lambda gradients, max_norm: [np.clip(g, -max_norm, max_norm) for g in gradients],
            "Each number was held between −max_norm and max_norm. That turns the gradient; it is to be shortened as a whole.",
        ),
        Mistake(
            "short gradients made longer",
            _with_factor(lambda norm, max_norm: max_norm / np.float64(norm)),
            "A gradient shorter than max_norm was stretched to it. It should stay as it is (and one of length 0 stays 0).",
        ),
        Mistake(
            "always brought to max_norm",
            _with_factor(lambda norm, max_norm: max_norm / (norm + 1e-12)),
            "Every gradient was brought to the length max_norm, short ones too. (The small number under the fraction only "
            "saves the zeros.) Those no longer than max_norm stay as they are.",
        ),
        Mistake(
            "never clipped",
            lambda gradients, max_norm: [g.copy() for g in gradients],
            "The gradients came back as they were, the long ones too.",
        ),
        Mistake(
            "comparison turned round",
            _with_factor(lambda norm, max_norm: max_norm / np.float64(norm) if norm < max_norm else 1),
            "Short gradients were stretched and long ones left alone: the comparison is the wrong way round, or max "
            "stands for min.",
        ),
        Mistake(
            "always of length 1",
            _with_factor(lambda norm, max_norm: 1 / np.float64(norm)),
            "Every gradient was brought to length 1. Only those longer than max_norm change, and then to max_norm.",
        ),
        Mistake(
            "always multiplied by max_norm",
            _with_factor(lambda norm, max_norm: max_norm),
            "Everything was multiplied by max_norm. The factor is max_norm over the norm, and only for what is too long.",
        ),
        Mistake(
            "each array stretched to max_norm",
            lambda gradients, max_norm: [g * (max_norm / np.float64(norm_of([g]))) for g in gradients],
            "Each array was brought to the length max_norm by itself. One norm for all of them, and short gradients stay "
            "as they are.",
        ),
        Mistake(
            "clipped from above only",
            lambda gradients, max_norm: [np.minimum(g, max_norm) for g in gradients],
            "Each number was held below max_norm. The gradient is to be shortened as a whole, by one factor.",
        ),
        Mistake(
            "norms added under the root",
            _with_norm(lambda gradients: np.sqrt(sum(norm_of([g]) for g in gradients))),
            "The arrays' norms were added under the root. Add their squares.",
        ),
        Mistake(
            "root forgotten",
            _with_norm(lambda gradients: norm_of(gradients) ** 2),
            "The squares were added, but the root was not taken.",
        ),
        Mistake(
            "norms added",
            _with_norm(lambda gradients: sum(norm_of([g]) for g in gradients)),
            "The arrays' norms were added. Add the squares of all numbers and take one root at the end.",
        ),
        Mistake(
            "sizes added instead of squares",
            _with_norm(lambda gradients: sum(np.abs(g).sum() for g in gradients)),
            "The absolute values were added. The norm adds squares and takes the root.",
        ),
        Mistake(
            "numbers added instead of squares",
            _with_norm(lambda gradients: abs(sum(g.sum() for g in gradients))),
            "The numbers themselves were added, so positive and negative ones cancel. Square them first.",
        ),
        Mistake(
            "largest number taken for the norm",
            _with_norm(lambda gradients: max(np.abs(g).max() for g in gradients)),
            "The largest number was taken for the length. The norm is the root of the sum of all squares.",
        ),
        Mistake(
            "the longest array's norm",
            _with_norm(lambda gradients: max(norm_of([g]) for g in gradients)),
            "The norm is that of the longest array alone. All numbers of all arrays count together.",
        ),
        Mistake(
            "largest singular value for the norm",
            _with_norm(lambda gradients: np.sqrt(sum(np.linalg.norm(g, 2) ** 2 for g in gradients))),
            "np.linalg.norm(g, 2) of a matrix is its largest singular value. The root of the sum of all squares is wanted; "
            "without the 2 you get it.",
        ),
        Mistake(
            "mean instead of sum",
            _with_norm(lambda gradients: norm_of(gradients) / np.sqrt(sum(g.size for g in gradients))),
            "The squares were averaged. Their sum is wanted: more numbers make a longer gradient.",
        ),
        Mistake(
            "norm of the last array only",
            _with_norm(lambda gradients: norm_of(gradients[-1:])),
            "The norm is that of the last array alone (= for +=). All arrays count.",
        ),
        Mistake(
            "norm of the first array only",
            _with_norm(lambda gradients: norm_of(gradients[:1])),
            "The norm is that of the first array alone. All arrays count.",
        ),
        Mistake(
            "max_norm forgotten in the factor",
            _with_factor(lambda norm, max_norm: 1 / norm if norm > max_norm else 1),
            "Long gradients were shortened to length 1, not to max_norm.",
        ),
        Mistake(
            "factor upside down",
            _with_factor(lambda norm, max_norm: norm / max_norm if norm > max_norm else 1),
            "Long gradients became longer still: the factor stands on its head.",
        ),
        Mistake(
            "only divided by max_norm",
            _with_factor(lambda norm, max_norm: 1 / max_norm if norm > max_norm else 1),
            "Long gradients were divided by max_norm. Afterwards their length should be max_norm.",
        ),
        Mistake(
            "subtracted instead of scaled",
            lambda gradients, max_norm: [g - max(norm_of(gradients) - max_norm, 0) for g in gradients],
            "The excess was subtracted from every number. Multiply all of them by one factor instead.",
        ),
    ),
)
