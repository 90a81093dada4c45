"""A generator and a discriminator that play for a ring of Gaussians, step by step, in NumPy."""

import numpy as np

from dlkit.data import ring_centres, ring_of_gaussians
from dlkit.layers import Linear, ReLU, Sequential
from dlkit.numpy_ops import gans as ops
from dlkit.optim import Optimizer, adam_step

SIGMA, MODES, LEAST = 0.1, 8, 20
_NOISE, _HIDDEN, _BATCH = 2, 64, 128


class RingGame:
    """Two small networks with an Adam each.

    Parameters
    ----------
    seed : int
        Of first weights, noise and real points.
    rate : float
        The generator's learning rate.
    ratio : float
        How many times faster the discriminator learns.
    form : str
        The generator's loss: "non_saturating" or "minimax".

    Attributes
    ----------
    losses : tuple of (float, float)
        What discriminator and generator paid in the last step.
    """

    def __init__(self, seed: int = 0, *, rate: float = 0.001, ratio: float = 2.0, form: str = "non_saturating"):
        self.rng, self.form, self.rate, self.losses = np.random.default_rng(seed), form, rate, (np.nan, np.nan)
        self.generator, self.discriminator = self._network(_NOISE, 2), self._network(2, 1)
        self._moves_g, self._moves_d = (
            Optimizer(adam_step, network.parameters, lr=lr, betas=(0.5, 0.999))
            for network, lr in ((self.generator, rate), (self.discriminator, ratio * rate))
        )
        self.shown = np.random.default_rng(1).standard_normal((2000, _NOISE), np.float32)  # noise that stays the same

    def _network(self, d_in, d_out):
        look = {"rng": self.rng, "dtype": np.float32}
        return Sequential(
            Linear(d_in, _HIDDEN, **look), ReLU(), Linear(_HIDDEN, _HIDDEN, **look), ReLU(), Linear(_HIDDEN, d_out, **look)
        )

    @property
    def ratio(self) -> float:
        """How many times faster the discriminator learns; may be changed between steps."""
        return self._moves_d.options["lr"] / self.rate

    @ratio.setter
    def ratio(self, value: float) -> None:
        self._moves_d.options["lr"] = value * self.rate

    def forge(self) -> np.ndarray:
        """Make a batch of forgeries from fresh noise.

        Returns
        -------
        np.ndarray, shape (N, 2)
        """
        return self.generator(self.rng.standard_normal((_BATCH, _NOISE), np.float32))

    def step(self) -> None:
        """Let the discriminator learn from real and forged points, then the generator from the new discriminator."""
        g, d = self.generator, self.discriminator
        fake, real = self.forge(), ring_of_gaussians(self.rng, _BATCH, modes=MODES, sigma=SIGMA)
        scores = d(np.concatenate([real, fake]))  # (2N, 1)
        paid_d, cache = ops.discriminator_loss_forward(scores[:_BATCH], scores[_BATCH:])
        d.backward(np.concatenate(ops.discriminator_loss_backward(1.0, cache)))
        self._moves_d.step(d.gradients)
        paid_g, cache = ops.generator_loss_forward(d(self.forge()), form=self.form)
        g.backward(d.backward(ops.generator_loss_backward(1.0, cache)))
        self._moves_g.step(g.gradients)
        self.losses = float(paid_d), float(paid_g)

    def forgeries(self) -> np.ndarray:
        """Make the forgeries of always the same noise.

        Returns
        -------
        np.ndarray, shape (2000, 2)
        """
        return self.generator(self.shown)

    def coverage(self) -> tuple[int, float]:
        """Count the modes that have at least 20 of 2,000 forgeries within 3σ, and the share of such forgeries.

        Returns
        -------
        modes : int
        quality : float
        """
        d = np.linalg.norm(self.forgeries()[:, None] - ring_centres(MODES), axis=2)  # (N, K)
        good = d.min(axis=1) < 3 * SIGMA
        counts = np.bincount(d.argmin(axis=1)[good], minlength=MODES)
        return int((counts >= LEAST).sum()), float(good.mean())

    def field(self, side: int, reach: float) -> np.ndarray:
        """Ask the discriminator on a grid: the probability of "real", from the upper left to the lower right.

        Parameters
        ----------
        side : int
            Points of the grid along each axis.
        reach : float
            The grid goes from −reach to reach.

        Returns
        -------
        np.ndarray, shape (side, side)
        """
        at = np.linspace(-reach, reach, side, dtype=np.float32)
        x, y = np.meshgrid(at, at[::-1])
        scores = self.discriminator(np.stack([x.ravel(), y.ravel()], axis=1))  # (side², 1)
        return np.exp(-np.logaddexp(0, -scores)).reshape(side, side)
