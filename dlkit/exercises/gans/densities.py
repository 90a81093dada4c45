"""The best discriminator there can be, where both densities are known."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake

LESSON = "19_gans"


def _optimal(p_data, p_fake):
    total = p_data + p_fake
    return np.where(total > 0, p_data / np.where(total > 0, total, 1), 0.5)


def _elsewhere(value):
    """The right quotient, and ``value`` where there is nothing of either."""

    def wrong(p_data, p_fake):
        total = p_data + p_fake
        return np.where(total > 0, p_data / np.where(total > 0, total, 1), value)

    return wrong


def _guarded(test):
    """The quotient where ``test(total)`` holds, ½ elsewhere."""

    def wrong(p_data, p_fake):
        total = p_data + p_fake
        return np.where(test(total), p_data / np.where(total > 0, total, 1), 0.5)

    return wrong


def _half_where_alone(p_data, p_fake):
    both = (p_data > 0) & (p_fake > 0)
    return np.where(both, p_data / np.where(both, p_data + p_fake, 1), 0.5)


def _first_place(p_data, p_fake):
    d = np.zeros(len(p_data))
    d[0] = _optimal(p_data, p_fake)[0]
    return d


def _densities(rng):
    """Some places with both, one with real examples only, one with forgeries only, one with neither, and tiny values."""
    calls = []
    for size in (*distinct_sizes(rng, 2, 8, 14), 7):
        p, q = rng.uniform(0.05, 2.0, (2, size))
        nowhere, real, forged, tiny, large = rng.permutation(size)[:5]
        p[nowhere] = q[nowhere] = q[real] = p[forged] = 0.0
        p[tiny], q[tiny] = 3e-200, 1e-200
        p[large], q[large] = 1.5, 0.3
        calls.append(Call((p, q)))
    calls.append(Call((np.array([0.25]), np.array([rng.uniform(0.3, 2.0)]))))
    return calls


optimal_discriminator = Exercise(
    name="optimal_discriminator",
    lesson=LESSON,
    reference=_optimal,
    inputs=_densities,
    takes="p_data[K] p_fake[K]",
    returns="d[K]",
    mistakes=(
        Mistake(
            "share of the forgeries",
            lambda p, q: _optimal(q, p),
            "The forged density stands on top. D is the probability of “real”: the share of the real examples in the mixture.",
        ),
        Mistake(
            "0/0 left as NaN",
            _elsewhere(np.nan),
            "Where both densities are 0 you get NaN, from 0 / 0 or from log 0 − log 0. Nothing ever lies there, so no answer "
            "is wrong; the exercise asks for ½, the answer of one who cannot tell.",
        ),
        Mistake(
            "a small number added",
            lambda p, q: p / (p + q + 1e-8),
            "A small number in the denominator hides 0/0, but tiny densities drown in it: 3e−200 against 1e−200 should give ¾. "
            "Treat the places where the sum is exactly 0 by themselves.",
        ),
        Mistake(
            "zero where there is nothing",
            _elsewhere(0.0),
            "Where both densities are 0 you answer 0, as if every example there were forged. The exercise asks for ½.",
        ),
        Mistake(
            "one where there is nothing",
            _elsewhere(1.0),
            "Where both densities are 0 you answer 1, as if every example there were real. The exercise asks for ½.",
        ),
        Mistake(
            "tiny taken for nothing",
            _guarded(lambda total: total > 1e-12),
            "Small densities were treated like 0. However small they are, their ratio says what is the likelier: compare the "
            "sum with 0 itself.",
        ),
        Mistake(
            "half wherever one is zero",
            _half_where_alone,
            "Where only one density is 0, the answer is certain: 1 if only real examples lie there, 0 if only forgeries do. ½ "
            "belongs where both are 0.",
        ),
        Mistake(
            "ratio instead of share",
            lambda p, q: p / q,
            "p_data / p_fake has no upper end. A probability is a part of the whole: divide by the sum of the two.",
        ),
        Mistake(
            "yes or no",
            lambda p, q: np.where(p == q, 0.5, (p > q).astype(float)),
            "You answer 1 or 0. The best discriminator says how sure it can be: how large is the real share?",
        ),
        Mistake(
            "yes or no, with no for a tie",
            lambda p, q: (p > q).astype(float),
            "You compared the densities and answered 1 or 0. What is asked for is a probability, a share between them.",
        ),
        Mistake(
            "divided by all places",
            lambda p, q: p / (p.sum() + q.sum()),
            "You divided by a sum over all places. At each place only the two densities there matter.",
        ),
        Mistake(
            "made to add up to one first",
            lambda p, q: _optimal(p / p.sum(), q / q.sum()),
            "You divided each array by its sum first. They are values of densities, at some places: use them as they are.",
        ),
        Mistake(
            "softmax of the densities",
            lambda p, q: 1 / (1 + np.exp(q - p)),
            "A sigmoid or softmax was taken of the densities. It belongs to logits; densities are divided as they are.",
        ),
        Mistake(
            "the density itself",
            lambda p, q: p + 0.0,
            "p_data came back unchanged. How does it compare with what the forger puts there?",
        ),
        Mistake(
            "the logit",
            lambda p, q: np.log(p) - np.log(q),
            "log p_data − log p_fake is the best logit. Its sigmoid is the probability.",
        ),
        Mistake(
            "half of the quotient",
            lambda p, q: 0.5 * _optimal(p, q),
            "Everything is half of what it should be. Real and forged come equally often: the ½ stands above and below, and "
            "cancels.",
        ),
        Mistake(
            "brackets forgotten",
            lambda p, q: p / p + q,
            "Python divides before it adds: p / p + q is 1 + q. Put the sum in brackets.",
        ),
        Mistake(
            "first place only",
            _first_place,
            "Only the first place was filled. Does the line with return stand inside the loop?",
        ),
    ),
)
