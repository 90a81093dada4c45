"""What a classifier says of pictures that a network made up."""

from typing import NamedTuple

import numpy as np

from dlkit.errors import ShapeError


class Judgement(NamedTuple):
    """What a classifier says of some generated pictures.

    Attributes
    ----------
    sure : float
        The share of the pictures to which it gives some class with at least the probability asked for.
    shares : np.ndarray, shape (K,)
        The share of each class among those pictures; zeros when it is sure of none.
    classes : int
        How many classes have at least 2 % of those pictures.
    """

    sure: float
    shares: np.ndarray
    classes: int


def judge_generated(probabilities: np.ndarray, *, sure: float = 0.9) -> Judgement:
    """Count how many generated pictures a classifier is sure of, and how evenly they are spread over the classes.

    Both count: a generator that makes one perfect 1 for ever is sure, and covers one class. A classifier can be sure of
    nonsense too, so its word is evidence and no proof: look at the pictures as well.

    Parameters
    ----------
    probabilities : np.ndarray, shape (N, K)
        A row for each picture, adding up to one.
    sure : float
        From which probability on the classifier counts as sure.

    Returns
    -------
    Judgement

    Raises
    ------
    ShapeError
        When there are not two axes, or there are no pictures.
    ValueError
        When the rows are no probabilities, or ``sure`` is none.

    Lesson: 18_variational_autoencoders
    Source: T. Salimans et al., Improved techniques for training GANs, 2016, section 4, for the idea of asking a classifier.
    """
    probabilities = np.asarray(probabilities, float)
    if probabilities.ndim != 2 or not probabilities.size:
        raise ShapeError(
            f"judge_generated: probabilities should be (N, K) with at least one picture; here {probabilities.shape}."
        )
    if probabilities.min() < 0 or not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):
        raise ValueError("judge_generated: each row must be probabilities that add up to one. Are these scores? Use softmax.")
    if not 0 < sure <= 1:
        raise ValueError(f"judge_generated: sure is {sure}; it is a probability, such as 0.9.")
    certain = probabilities[probabilities.max(axis=1) >= sure]
    counts = np.bincount(certain.argmax(axis=1), minlength=probabilities.shape[1])
    shares = counts / max(len(certain), 1)
    return Judgement(len(certain) / len(probabilities), shares, int((shares >= 0.02).sum()))
