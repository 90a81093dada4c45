"""What a data set looks like once it is loaded, which sets there are, and where their files lie."""

import difflib
from pathlib import Path
from typing import NamedTuple

import numpy as np

FOLDER = Path(__file__).resolve().parents[2] / "data"
EMBEDDED = ("digits", "photo", "unicode_names")
DOWNLOADED = ("mnist", "fashion_mnist", "cifar10", "tiny_shakespeare", "movie_reviews")


class Split(NamedTuple):
    """Images and classes, parted for training and for testing.

    Attributes
    ----------
    x_train, x_test : np.ndarray, shape (N, C, H, W), float32
        Images with values in 0..1.
    y_train, y_test : np.ndarray, shape (N,), int64
        Classes 0..K-1.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


class Reviews(NamedTuple):
    """Sentences from film reviews, split into words and lower-cased by their collectors.

    Attributes
    ----------
    positive, negative : list of str
        5,331 sentences each.
    """

    positive: list[str]
    negative: list[str]


class Texts(NamedTuple):
    """Short texts, parted for training and for testing.

    Attributes
    ----------
    train, test : list of str
        The texts.
    """

    train: list[str]
    test: list[str]


def unknown(function: str, kind: str, name: object, known: tuple[str, ...]) -> str:
    """What to say of a name that is not known, with a guess at what was meant.

    Parameters
    ----------
    function : str
        Who was asked.
    kind : str
        What the name is the name of: "set", "split".
    name : object
        The unknown name.
    known : tuple of str
        All the known ones.

    Returns
    -------
    str
        The message.
    """
    near = difflib.get_close_matches(str(name).lower(), known, n=1, cutoff=0.5)
    guess = f' Did you mean "{near[0]}"?' if near else ""
    return f'{function}: there is no {kind} "{name}".{guess} There are: ' + ", ".join(f'"{one}"' for one in known) + "."
