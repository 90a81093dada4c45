"""The data sets that come with the course: no network is needed."""

import unicodedata

import numpy as np

from dlkit.data import sets
from dlkit.data.sets import DOWNLOADED, EMBEDDED, Split, Texts, unknown
from dlkit.download import sha256
from dlkit.errors import DataMissing

DIGITS_SHA256 = "d59947caaeff6753111147ee0ebe6dec23c4ffd1fb90ca2e28f604f3876c4686"
DIGITS_TRAIN = 1437  # of 1,797, the split that scikit-learn's own example made usual
# Blocks without a gap since Unicode 14: arrows, operators and technical signs, drawings and shapes, pictures, faces.
CODE_POINTS = (
    range(0x2190, 0x2400), range(0x2500, 0x2800), range(0x2900, 0x2B74), range(0x2B76, 0x2B96),
    range(0x1F300, 0x1F650), range(0x1F900, 0x1FA00),
)  # fmt: skip
NAMES_TEST = 300


def load(name: str, *, split: str = "shuffled") -> Split | np.ndarray | Texts:
    """Load a data set that comes with the course; no network is needed.

    Parameters
    ----------
    name : str
        ``"digits"``: 1,797 handwritten digits, (N, C, H, W) = (N, 1, 8, 8), 1,437 to train and 360 to test.
        ``"photo"``: the portrait of Grace Hopper that ships with matplotlib.
        ``"unicode_names"``: names that people gave to symbols, ``"SNOWMAN WITHOUT SNOW"``, from Python's own tables.
    split : str
        For the digits. ``"shuffled"``: by one fixed permutation. ``"position"``: the first 1,437 in the file train, the last
        360 test. Neighbours in the file often share a writer, so the shuffled split lets a network meet its test writers in
        training.

    Returns
    -------
    Split, np.ndarray of shape (C, H, W) = (3, 600, 512), float32, or Texts
        The digits as `Split`, the photograph as an array in 0..1, the names as `Texts`.

    Raises
    ------
    ValueError
        When no such set or split comes with the course.
    DataMissing
        When the file is absent or damaged.
    """
    if name == "digits":
        return _digits(split)
    if name == "photo":
        return _photo()
    if name == "unicode_names":
        return _unicode_names()
    if name in DOWNLOADED:
        raise ValueError(f'load: "{name}" does not come with the course but can be downloaded: dlkit.data.fetch("{name}").')
    raise ValueError(unknown("load", "set", name, EMBEDDED))


def _digits(split):
    if split not in ("shuffled", "position"):
        raise ValueError(unknown('load("digits")', "split", split, ("shuffled", "position")))
    path = sets.FOLDER / "digits.npz"
    repair = f"In the course's folder, run: git checkout {path.relative_to(sets.FOLDER.parent).as_posix()}"
    try:
        whole = sha256(path) == DIGITS_SHA256
    except OSError as error:
        raise DataMissing(
            f"{path} is missing or cannot be read ({error.strerror}). {repair}\n"
            "If dlkit was installed without the course's folder, install it from there: python -m pip install -e ."
        ) from error
    if not whole:
        raise DataMissing(f"{path} is damaged (wrong SHA-256). {repair}")
    with np.load(path, allow_pickle=False) as archive:
        x = archive["x"][:, None].astype(np.float32) / np.float32(16)  # (N, 1, H, W)
        y = archive["y"].astype(np.int64)  # (N,)
    if split == "shuffled":
        order = np.random.default_rng(0).permutation(len(x))
        x, y = x[order], y[order]
    return Split(x[:DIGITS_TRAIN], y[:DIGITS_TRAIN], x[DIGITS_TRAIN:], y[DIGITS_TRAIN:])


def _photo():
    try:
        from matplotlib import cbook, image

        pixels = image.imread(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))  # (H, W, C), uint8
    except (ImportError, OSError) as error:
        raise DataMissing(
            f"The photograph comes with matplotlib, and it cannot be read there: {error}\n"
            "Install matplotlib afresh: python -m pip install --force-reinstall --no-deps matplotlib"
        ) from error
    return np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32) / np.float32(255)  # (C, H, W)


def _unicode_names():
    """Names never change, so these code points give the same texts on every machine."""
    names = [unicodedata.name(chr(code)) for block in CODE_POINTS for code in block]
    names = [names[i] for i in np.random.default_rng(0).permutation(len(names))]
    return Texts(names[NAMES_TEST:], names[:NAMES_TEST])
