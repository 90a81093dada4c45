"""The bound that is raised in training, with its two terms."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.variational_autoencoders.divergence import terms
from dlkit.exercises.variational_autoencoders.sampling import LESSON, codes, thin_and_wide


def _missed(x, y):
    """Binary cross-entropy of each pixel, (N, D)."""
    return -(x * np.log(y) + (1 - x) * np.log(1 - y))


def _parts(x, y, mean, log_var):
    return _missed(x, y).sum() / len(x), terms(mean, log_var).sum() / len(x) / 2


def _elbo(x, y, mean, log_var, beta=1.0):
    reconstruction, kl = _parts(x, y, mean, log_var)
    return -reconstruction - beta * kl, reconstruction, kl


def _with(reconstruct=None, diverge=None, join=lambda r, k, beta: -r - beta * k):
    """The bound with one of its pieces replaced."""

    def wrong(x, y, mean, log_var, beta=1.0):
        reconstruction, kl = _parts(x, y, mean, log_var)
        reconstruction = reconstruct(x, y) if reconstruct else reconstruction
        kl = diverge(mean, log_var) if diverge else kl
        return join(reconstruction, kl, beta), reconstruction, kl

    return wrong


def _pictures(rng):
    calls = []
    for k, beta in enumerate((1.0, 0.25, 4.0, 3.0, 0.5)):
        n, d, j = distinct_sizes(rng, 3, 3, 9) if k < 3 else ((1, 6, 3) if k == 3 else (4, 3, 1))
        x = rng.integers(0, 17, (n, d)) / 16  # as the digits: seventeen grey levels, black and white among them
        x[0, :2] = 0, 1
        calls.append(Call((x, rng.uniform(0.02, 0.98, (n, d)), *codes(rng, n, j)), {"beta": beta} if k else {}))
    for clouds in thin_and_wide(rng):
        x, y = (np.tile(row, (len(clouds[0]), 1)) for row in ((0.0, 1, 0.5, 1, 0), (0.3, 0.8, 0.4, 4e-4, 1 - 4e-4)))
        calls.insert(1, Call((x, y, *clouds), {"beta": 2.0}))
    return calls


elbo = Exercise(
    name="elbo",
    lesson=LESSON,
    reference=_elbo,
    inputs=_pictures,
    takes="x[N D] y[N D] mean[N J] log_var[N J]",
    returns="elbo[] reconstruction[] kl[]",
    mistakes=(
        Mistake(
            "the loss for the bound",
            _with(join=lambda r, k, beta: r + beta * k),
            "elbo has the wrong sign: that is the loss, which falls. The bound is minus that, and rises.",
        ),
        Mistake(
            "divergence added",
            _with(join=lambda r, k, beta: -r + beta * k),
            "The divergence is *added* to the bound: training would drive the clouds away from the standard normal one.",
        ),
        Mistake(
            "reconstruction added",
            _with(join=lambda r, k, beta: r - beta * k),
            "The reconstruction error stands with a plus in elbo: the worse the picture, the better the bound.",
        ),
        Mistake(
            "beta forgotten",
            _with(join=lambda r, k, beta: -r - k),
            "β does not appear in elbo: this is the answer for β = 1.",
        ),
        Mistake(
            "another default for beta",
            lambda x, y, mean, log_var, beta=4.0: _elbo(x, y, mean, log_var, beta),
            "Where no β is given it is 1: leave the first line of the function as it stands.",
        ),
        Mistake(
            "beta on the reconstruction",
            _with(join=lambda r, k, beta: -beta * r - k),
            "β stands at the reconstruction. It weighs the divergence.",
        ),
        Mistake(
            "beta on both",
            _with(join=lambda r, k, beta: -beta * (r + k)),
            "β multiplies both terms, so their balance does not change. Look at your brackets.",
        ),
        Mistake(
            "beta inside the divergence",
            lambda x, y, mean, log_var, beta=1.0: (lambda e, r, k: (e, r, beta * k))(*_elbo(x, y, mean, log_var, beta)),
            "The third result should be the divergence itself; β belongs into elbo only.",
        ),
        Mistake(
            "reconstruction left out of elbo",
            _with(join=lambda r, k, beta: -beta * k),
            "elbo holds only the divergence: the pictures do not count.",
        ),
        Mistake(
            "divergence left out of elbo",
            _with(join=lambda r, k, beta: -r),
            "elbo holds only the reconstruction: that trains a plain autoencoder.",
        ),
        Mistake(
            "pixels averaged",
            _with(lambda x, y: _missed(x, y).mean()),
            "The pixels were averaged. They are added up, as the units are; averaged, they weigh D times too little against "
            "the divergence, and the codes collapse.",
        ),
        Mistake(
            "pixels averaged, pictures added",
            _with(lambda x, y: _missed(x, y).sum() / x.shape[1]),
            "The two axes have changed places: pixels are added up, pictures are averaged. What did you divide by?",
        ),
        Mistake(
            "reconstruction summed over the batch",
            _with(lambda x, y: _missed(x, y).sum()),
            "The pictures of the batch were added up. Average over them.",
        ),
        Mistake(
            "second half of the cross-entropy forgotten",
            _with(lambda x, y: -(x * np.log(y)).sum() / len(x)),
            "Only x·ln y is there: dark pixels cost nothing, so y = 1 everywhere would be best.",
        ),
        Mistake(
            "first half of the cross-entropy forgotten",
            _with(lambda x, y: -((1 - x) * np.log(1 - y)).sum() / len(x)),
            "Only (1 − x)·ln(1 − y) is there: bright pixels cost nothing.",
        ),
        Mistake(
            "negative reconstruction error",
            lambda x, y, mean, log_var, beta=1.0: (lambda e, r, k: (e, -r, k))(*_elbo(x, y, mean, log_var, beta)),
            "The reconstruction error is negative: the logarithms of numbers below 1 are, and a minus belongs before them.",
        ),
        Mistake(
            "minus before one half only",
            _with(lambda x, y: (-x * np.log(y) + (1 - x) * np.log(1 - y)).sum() / len(x)),
            "The minus reaches only the first half of the cross-entropy. Look at your brackets.",
        ),
        Mistake(
            "picture and answer exchanged",
            _with(lambda x, y: np.sum(-(y * np.log(x) + (1 - y) * np.log(1 - x))) / len(x)),
            "The logarithm was taken of the picture x. Its pixels may be exactly 0; y is what the decoder believes.",
        ),
        *(
            Mistake(
                f"picture and answer exchanged, guarded by {small:g}",
                _with(lambda x, y, e=small: -(y * np.log(x + e) + (1 - y) * np.log(1 - x + e)).sum() / len(x)),
                f"The logarithm was taken of the picture x, and {small:g} keeps it from being infinite. It belongs to y, which "
                "is never 0 or 1 and needs no guard.",
            )
            for small in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)
        ),
        *(
            Mistake(
                f"beliefs clipped at {low:g}",
                _with(lambda x, y, low=low: _missed(x, y.clip(low, 1 - low)).sum() / len(x)),
                f"y was held {low:g} away from 0 and 1, so a decoder that is surely wrong pays too little. y is never exactly "
                "0 or 1; a guard must be far smaller.",
            )
            for low in (0.05, 0.02, 0.01, 0.001)
        ),
        Mistake(
            "halves crossed",
            _with(lambda x, y: _missed(1 - x, y).sum() / len(x)),
            "The halves are crossed: a bright pixel, x = 1, should meet ln y, and a dark one ln(1 − y).",
        ),
        Mistake(
            "ln y in both halves",
            _with(lambda x, y: -np.log(y).sum() / len(x)),
            "Both halves hold ln y, so the picture drops out. What does the decoder believe of *dark*?",
        ),
        Mistake(
            "ln(1 − y) in both halves",
            _with(lambda x, y: -np.log(1 - y).sum() / len(x)),
            "Both halves hold ln(1 − y), so the picture drops out. What does the decoder believe of *bright*?",
        ),
        Mistake(
            "squared error",
            _with(lambda x, y: ((x - y) ** 2).sum() / len(x)),
            "That is the squared error. Here the binary cross-entropy is asked for.",
        ),
        Mistake(
            "half the squared error",
            _with(lambda x, y: ((x - y) ** 2).sum() / len(x) / 2),
            "That is half the squared error. Here the binary cross-entropy is asked for.",
        ),
        Mistake(
            "absolute error",
            _with(lambda x, y: np.abs(x - y).sum() / len(x)),
            "That is the absolute error. Here the binary cross-entropy is asked for.",
        ),
        Mistake(
            "sigmoid once more",
            _with(lambda x, y: _missed(x, 1 / (1 + np.exp(-y))).sum() / len(x)),
            "A sigmoid was applied to y. y holds probabilities already.",
        ),
        Mistake(
            "logarithm to base 2",
            _with(lambda x, y: _missed(x, y).sum() / len(x) / np.log(2)),
            "That counts in bits. The divergence is in nats, so the natural logarithm belongs here.",
        ),
        Mistake(
            "brackets round 1 − x forgotten",
            _with(lambda x, y: -(x * np.log(y) + 1 - x * np.log(1 - y)).sum() / len(x)),
            "In the second half only x meets the logarithm. The difference 1 − x is a factor, so it needs brackets.",
        ),
        Mistake(
            "picture rounded",
            _with(lambda x, y: _missed(np.round(x), y).sum() / len(x)),
            "The pixels were rounded to black and white. Grey is a share: x of the way to bright.",
        ),
        Mistake(
            "divergence without the half",
            _with(diverge=lambda mean, log_var: terms(mean, log_var).sum() / len(mean)),
            "kl is twice too large: the half before the bracket is missing.",
        ),
        Mistake(
            "units averaged",
            _with(diverge=lambda mean, log_var: terms(mean, log_var).mean() / 2),
            "kl was averaged over the units. They are added up, as the pixels are.",
        ),
        Mistake(
            "units averaged, codes added",
            _with(diverge=lambda mean, log_var: terms(mean, log_var).sum() / mean.shape[1] / 2),
            "In kl the two axes have changed places: units are added up, codes are averaged.",
        ),
        Mistake(
            "divergence summed over the batch",
            _with(diverge=lambda mean, log_var: terms(mean, log_var).sum() / 2),
            "The divergences of the batch were added up. Average over the codes.",
        ),
        Mistake(
            "deviation for variance",
            _with(diverge=lambda m, log_var: (m**2 + np.exp(log_var / 2) - 1 - log_var).sum() / len(m) / 2),
            "kl contains σ where σ² belongs.",
        ),
        Mistake(
            "sign of the divergence",
            lambda x, y, mean, log_var, beta=1.0: (lambda e, r, k: (e, r, -k))(*_elbo(x, y, mean, log_var, beta)),
            "kl is negative; a divergence never is.",
        ),
    ),
)
