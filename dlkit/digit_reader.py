"""A small network that reads digits, to judge the pictures that other networks make."""

import numpy as np

from dlkit.data import Split, batches, load
from dlkit.device import best_device, to_numpy, to_torch
from dlkit.errors import ShapeError


class DigitReader:
    """A small convolutional network, trained on the 8×8 training digits in a few seconds.

    Two convolutions of 3×3 with max pooling, then two linear layers; Adam, mini-batches of 64, some dropout. It reads about
    98 % of the shuffled test digits.

    Parameters
    ----------
    seed : int
        For its first weights and the order of its batches.
    epochs : int
        How often it goes through the training digits.
    data : Split, optional
        Digits of another split; ``load("digits")`` by default.

    Attributes
    ----------
    accuracy : float
        The share of the test digits that it reads rightly, 0 to 1.

    Lesson: 18_variational_autoencoders
    Source: Y. LeCun et al., Gradient-based learning applied to document recognition, 1998, in its plan.
    """

    def __init__(self, seed: int = 0, *, epochs: int = 30, data: Split | None = None):
        import torch
        from torch import nn

        data = load("digits") if data is None else data
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self._network = nn.Sequential(
                nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                nn.Flatten(), nn.Linear(128, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 10),
            ).to(best_device())  # fmt: skip
            optimizer, rng = torch.optim.Adam(self._network.parameters(), lr=0.003), np.random.default_rng(seed)
            for _ in range(epochs):
                for x, y in batches(rng, data.x_train, data.y_train, 64):
                    x, y = to_torch(x, y, device=best_device())
                    loss = nn.functional.cross_entropy(self._network(x), y)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
        self._network.eval()
        self.accuracy = float((self.probabilities(data.x_test).argmax(axis=1) == data.y_test).mean())

    def __repr__(self) -> str:
        """How well it reads."""
        return f"DigitReader: {self.accuracy:.0%} of the test digits right"

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Say how likely each digit is, for each image.

        Parameters
        ----------
        images : np.ndarray, shape (N, 1, 8, 8)
            Grey levels in 0..1.

        Returns
        -------
        np.ndarray, shape (N, 10), float32
            Rows that add up to one.

        Raises
        ------
        ShapeError
            When the images have another shape.
        """
        import torch

        if np.ndim(images) != 4 or np.shape(images)[1:] != (1, 8, 8):
            raise ShapeError(
                f"DigitReader: images should be (N, 1, 8, 8); here {np.shape(images)}. Rows of 64 pixels become images by "
                "images.reshape(-1, 1, 8, 8)."
            )
        with torch.no_grad():
            scores = self._network(to_torch(np.asarray(images, np.float32), device=best_device()))
        return to_numpy(scores.softmax(dim=1))
