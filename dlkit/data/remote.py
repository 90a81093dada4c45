"""The data sets that are downloaded, once, when they are asked for."""

import gzip
import io
import os
import struct
import tarfile
import zlib
from pathlib import Path

import numpy as np

from dlkit.data import sets
from dlkit.data.sets import DOWNLOADED, EMBEDDED, Reviews, Split, unknown
from dlkit.download import RemoteFile, obtain
from dlkit.errors import DataMissing


def fetch(name: str) -> Split | Reviews | str:
    """Download a data set, once, and return it; nothing is downloaded unless this is called.

    Files are kept below ``data/cache/``, or below the folder that the environment variable ``DLKIT_DATA`` names.
    ``DLKIT_DATA_URL`` puts another mirror first: a URL or a folder.

    Parameters
    ----------
    name : str
        ``"mnist"``, ``"fashion_mnist"``, ``"cifar10"``, ``"tiny_shakespeare"`` or ``"movie_reviews"``.

    Returns
    -------
    Split, Reviews or str
        Image sets as `Split`, reviews as two lists of sentences, Shakespeare as one string.

    Raises
    ------
    ValueError
        When the name is not in the list.
    DataMissing
        When the files can be neither found nor fetched; the message says how to place them by hand.
    """
    if name in EMBEDDED:
        raise ValueError(f'fetch: "{name}" comes with the course: dlkit.data.load("{name}").')
    if name not in DOWNLOADED:
        raise ValueError(unknown("fetch", "set", name, DOWNLOADED))
    folder = Path(os.environ.get("DLKIT_DATA") or sets.FOLDER / "cache").expanduser().absolute()
    return _READERS[name](*(obtain(file, folder) for file in REMOTE[name]))


def read_idx(path: Path) -> np.ndarray:
    """Read a file in MNIST's idx format, gzipped or not.

    The first two bytes are zero, the third names the type (8: unsigned bytes), the fourth counts the axes; then come the sizes
    of the axes as big-endian 32-bit numbers, then the values, last axis fastest.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    np.ndarray, uint8
        With the shape that the file declares.

    Raises
    ------
    DataMissing
        When the file is absent, is no idx file of bytes, or holds more or fewer values than it declares.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except (OSError, EOFError, zlib.error) as error:
        raise DataMissing(f"{path} cannot be read: {error}. Remove it and fetch the set again.") from error
    if len(content) < 4 or content[:3] != b"\x00\x00\x08" or len(content) < 4 + 4 * content[3]:
        raise DataMissing(f"{path} is no idx file of bytes: it begins with {content[:4].hex(' ') or 'nothing'}, not 00 00 08.")
    shape = struct.unpack_from(f">{content[3]}I", content, 4)
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * content[3])
    if values.size != np.prod(shape, dtype=np.int64):
        raise DataMissing(f"{path} declares the shape {shape} but holds {values.size:,} values. Remove it and fetch it again.")
    return values.reshape(shape).copy()


def _images_and_classes(x_train, y_train, x_test, y_test):
    x_train, x_test = (read_idx(path)[:, None].astype(np.float32) / np.float32(255) for path in (x_train, x_test))
    return Split(x_train, read_idx(y_train).astype(np.int64), x_test, read_idx(y_test).astype(np.int64))


def _cifar10(path):
    """Read the binary edition: a record is one class byte, then 3 × 32 × 32 bytes. (The Python edition is made of pickles.)"""
    with tarfile.open(path) as archive:
        names = [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]
        parts = [archive.extractfile(f"cifar-10-batches-bin/{name}").read() for name in names]
    train, test = (np.frombuffer(part, np.uint8).reshape(-1, 1 + 3 * 32 * 32) for part in (b"".join(parts[:5]), parts[5]))
    images = [rows[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / np.float32(255) for rows in (train, test)]
    return Split(images[0], train[:, 0].astype(np.int64), images[1], test[:, 0].astype(np.int64))


def _text(path):
    return path.read_text(encoding="utf-8")


def _sentences(positive, negative):
    return Reviews(*([line.strip() for line in io.StringIO(_text(path))] for path in (positive, negative)))


def _idx_files(folder, mirrors, *entries):
    names = [f"{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
    return tuple(
        RemoteFile(f"{folder}/{name}", size, digest, tuple(f"{mirror}/{name}" for mirror in mirrors))
        for name, (size, digest) in zip(names, entries, strict=True)
    )


_REVIEWS_AT = "https://raw.githubusercontent.com/dennybritz/cnn-text-classification-tf/master/data/rt-polaritydata"
REMOTE = {
    "mnist": _idx_files(
        "mnist",
        ("https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"),
        (9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        (28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        (1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        (4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ),
    "fashion_mnist": _idx_files(
        "fashion_mnist",
        (
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
            "https://fashion-mnist.s3.eu-central-1.amazonaws.com",
        ),
        (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
    "cifar10": (
        RemoteFile(
            "cifar10/cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            (
                "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/cifar-10-binary.tar.gz",
            ),
        ),
    ),
    "tiny_shakespeare": (
        RemoteFile(
            "tiny_shakespeare/tinyshakespeare.txt",
            1_115_394,
            "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            (
                "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
                "https://raw.githubusercontent.com/jcjohnson/torch-rnn/master/data/tiny-shakespeare.txt",
            ),
        ),
    ),
    "movie_reviews": (
        RemoteFile(
            "movie_reviews/rt-polarity.pos",
            626_395,
            "4134882974a28d0c7b5151256f0e33a6169984ee7372c279e673f1114f475d58",
            (f"{_REVIEWS_AT}/rt-polarity.pos",),
        ),
        RemoteFile(
            "movie_reviews/rt-polarity.neg",
            612_506,
            "2d11cfbc790f1cd96d78339f41ce53ced1efa83cd22d37d6788fa3fe3d17e2fd",
            (f"{_REVIEWS_AT}/rt-polarity.neg",),
        ),
    ),
}
_READERS = {
    "mnist": _images_and_classes,
    "fashion_mnist": _images_and_classes,
    "cifar10": _cifar10,
    "tiny_shakespeare": _text,
    "movie_reviews": _sentences,
}
