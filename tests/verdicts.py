"""What the tests of the judge share: a right convolution, and the verdict on a function."""

import numpy as np

from dlkit.check import judge
from dlkit.exercises import convolution as ex

right = ex.conv2d.reference


def verdict_on(function, exercise=ex.conv2d, seed=0):
    return judge(exercise, function, np.random.default_rng(seed))


def failed(function, kind, *fragments, exercise=ex.conv2d):
    verdict = verdict_on(function, exercise)
    text = repr(verdict)
    assert text.startswith(f"✗ {exercise.name}: not right yet"), text
    assert verdict.kind == kind, text
    for fragment in fragments:
        assert fragment in text, text
    return verdict
