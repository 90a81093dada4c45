"""The embedded sets, the readers, the mini-batches and the table of what can be downloaded."""

import gzip
import hashlib
import io
import struct
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlkit import data
from dlkit.errors import DataMissing, ShapeError

ROOT = Path(__file__).resolve().parents[1]


# Embedded


def test_the_digits_are_those_of_scikit_learn():
    source = pytest.importorskip("sklearn.datasets").load_digits()
    digits = data.load("digits", split="position")
    x, y = np.concatenate([digits.x_train, digits.x_test]), np.concatenate([digits.y_train, digits.y_test])
    np.testing.assert_array_equal(x[:, 0] * 16, source.images)
    np.testing.assert_array_equal(y, source.target)


@pytest.mark.parametrize("split", ["shuffled", "position"])
def test_a_split_has_its_sizes_and_dtypes(split):
    digits = data.load("digits", split=split)
    assert digits.x_train.shape == (1437, 1, 8, 8)
    assert digits.x_test.shape == (360, 1, 8, 8)
    assert digits.y_train.shape == (1437,)
    assert digits.y_test.shape == (360,)
    assert digits.x_train.dtype == np.float32
    assert digits.y_test.dtype == np.int64
    assert digits.x_train.min() == 0
    assert digits.x_train.max() == 1


def test_the_shuffled_split_is_one_fixed_permutation_of_the_other():
    by_position, shuffled = data.load("digits", split="position"), data.load("digits", split="shuffled")
    order = np.random.default_rng(0).permutation(1797)
    whole = np.concatenate([by_position.x_train, by_position.x_test])
    np.testing.assert_array_equal(np.concatenate([shuffled.x_train, shuffled.x_test]), whole[order])
    classes = np.concatenate([by_position.y_train, by_position.y_test])
    np.testing.assert_array_equal(np.concatenate([shuffled.y_train, shuffled.y_test]), classes[order])
    assert (data.load("digits").x_train == shuffled.x_train).all()


def test_the_digits_file_can_be_made_again_to_the_byte(tmp_path):
    pytest.importorskip("sklearn")
    from tools import make_digits

    make_digits.write(tmp_path / "digits.npz")
    assert (tmp_path / "digits.npz").read_bytes() == make_digits.TARGET.read_bytes()


def test_a_damaged_digits_file_names_its_repair(tmp_path, monkeypatch):
    content = bytearray((data.sets.FOLDER / "digits.npz").read_bytes())
    content[5000] ^= 1
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "digits.npz").write_bytes(content)
    monkeypatch.setattr(data.sets, "FOLDER", tmp_path / "data")
    with pytest.raises(DataMissing, match=r"damaged.*git checkout data/digits.npz"):
        data.load("digits")
    (tmp_path / "data" / "digits.npz").unlink()
    with pytest.raises(DataMissing, match=r"missing.*git checkout data/digits.npz"):
        data.load("digits")


def test_the_photograph_is_an_image_with_channels_first():
    photo = data.load("photo")
    assert photo.shape == (3, 600, 512)
    assert photo.dtype == np.float32
    assert photo.flags.c_contiguous
    assert photo.min() >= 0
    assert photo.max() <= 1
    assert photo.std() > 0.1


def test_a_photograph_that_matplotlib_lacks_names_the_repair(monkeypatch):
    from matplotlib import cbook

    def lost(*_, **__):
        raise FileNotFoundError(2, "No such file", "grace_hopper.jpg")

    monkeypatch.setattr(cbook, "get_sample_data", lost)
    with pytest.raises(DataMissing, match="pip install --force-reinstall --no-deps matplotlib"):
        data.load("photo")


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: data.load("digit"), 'no set "digit". Did you mean "digits"? There are: "digits", "photo", "unicode_names".'),
        (lambda: data.load("mnist"), 'can be downloaded: dlkit.data.fetch("mnist")'),
        (lambda: data.load("digits", split="random"), 'There are: "shuffled", "position".'),
        (lambda: data.fetch("fashion"), 'Did you mean "fashion_mnist"?'),
        (lambda: data.fetch("photo"), 'dlkit.data.load("photo")'),
        (lambda: data.fetch("zzz"), '"tiny_shakespeare"'),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_ones(ask, says):
    with pytest.raises(ValueError, match=r"^(load|fetch)") as caught:
        ask()
    assert says in str(caught.value)


def test_batches_visit_every_example_once_with_its_own_target():
    x, y = np.arange(10.0)[:, None], np.arange(10)
    seen = list(data.batches(np.random.default_rng(1), x, y, 4))
    assert [len(part) for part, _ in seen] == [4, 4, 2]
    for part, targets in seen:
        np.testing.assert_array_equal(part[:, 0], targets)
    order = np.concatenate([targets for _, targets in seen])
    assert sorted(order) == list(range(10))
    assert list(order) != list(range(10))
    again = np.concatenate([targets for _, targets in data.batches(np.random.default_rng(1), x, y, 4)])
    np.testing.assert_array_equal(order, again)


def test_batches_refuse_what_does_not_fit_at_once():
    rng = np.random.default_rng(0)
    with pytest.raises(ShapeError, match="N is 3 in x but 2 in y"):
        data.batches(rng, np.zeros((3, 1)), np.zeros(2), 2)
    for size in (0, -1, 1.5):
        with pytest.raises(ValueError, match="at least 1"):
            data.batches(rng, np.zeros((3, 1)), np.zeros(3), size)


# Readers


def idx(array):
    """The bytes of an idx file."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def test_idx_is_read_plain_and_gzipped(tmp_path):
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    (tmp_path / "plain").write_bytes(idx(array))
    (tmp_path / "packed.gz").write_bytes(gzip.compress(idx(array)))
    for name in ("plain", "packed.gz"):
        np.testing.assert_array_equal(data.read_idx(tmp_path / name), array)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "begins with nothing"),
        (b"PK\x03\x04rest", "50 4b 03 04"),
        (b"\x00\x00\x0d\x01\x00\x00\x00\x01\x00", "no idx file of bytes"),  # floats
        (b"\x00\x00\x08\x03\x00\x00", "no idx file of bytes"),  # the header is cut
        (idx(np.zeros((2, 3), np.uint8))[:-1], r"\(2, 3\) but holds 5 values"),
        (idx(np.zeros((2, 3), np.uint8)) + b"\0", r"\(2, 3\) but holds 7 values"),
        (gzip.compress(idx(np.zeros((2, 3), np.uint8)), mtime=0)[:-9], "cannot be read"),
    ],
)
def test_what_is_no_idx_file_is_refused(tmp_path, content, says):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DataMissing, match=says):
        data.read_idx(tmp_path / "file")


def offer(monkeypatch, folder, name, contents):
    """Let ``fetch(name)`` find these contents in a folder, under their own hashes."""
    files = []
    for file, content in zip(data.remote.REMOTE[name], contents, strict=True):
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        files.append(replace(file, size=len(content), sha256=hashlib.sha256(content).hexdigest(), urls=()))
    monkeypatch.setitem(data.remote.REMOTE, name, tuple(files))
    monkeypatch.setenv("DLKIT_DATA_URL", str(folder))


def test_mnist_comes_as_a_split(tmp_path, monkeypatch):
    rng = np.random.default_rng(3)
    arrays = [rng.integers(0, 256, shape, np.uint8) for shape in ((6, 5, 4), (6,), (3, 5, 4), (3,))]
    offer(monkeypatch, tmp_path / "mirror", "mnist", [gzip.compress(idx(array)) for array in arrays])
    monkeypatch.setenv("DLKIT_DATA", str(tmp_path / "cache"))
    mnist = data.fetch("mnist")
    assert mnist.x_train.shape == (6, 1, 5, 4)
    assert mnist.x_train.dtype == np.float32
    assert mnist.y_train.dtype == np.int64
    np.testing.assert_array_equal(np.round(mnist.x_test[:, 0] * 255), arrays[2])
    np.testing.assert_array_equal(mnist.y_train, arrays[1])
    np.testing.assert_array_equal(mnist.y_test, arrays[3])


def test_cifar10_comes_as_a_split(tmp_path, monkeypatch):
    rng = np.random.default_rng(4)
    rows = rng.integers(0, 256, (6, 2, 1 + 3072), np.uint8)
    rows[..., 0] %= 10
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for part, name in zip(rows, [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"], strict=True):
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = part.size
            archive.addfile(member, io.BytesIO(part.tobytes()))
    offer(monkeypatch, tmp_path / "mirror", "cifar10", [packed.getvalue()])
    monkeypatch.setenv("DLKIT_DATA", str(tmp_path / "cache"))
    cifar = data.fetch("cifar10")
    assert cifar.x_train.shape == (10, 3, 32, 32)
    np.testing.assert_array_equal(np.round(cifar.x_test[1, 2, 31] * 255), rows[5, 1, -32:])
    np.testing.assert_array_equal(cifar.y_train, rows[:5, :, 0].ravel())


def test_text_sets_come_as_text(tmp_path, monkeypatch):
    monkeypatch.setenv("DLKIT_DATA", str(tmp_path / "cache"))
    offer(monkeypatch, tmp_path / "one", "tiny_shakespeare", ["O naïve night\n".encode()])
    assert data.fetch("tiny_shakespeare") == "O naïve night\n"
    offer(monkeypatch, tmp_path / "two", "movie_reviews", ["good \nbien s\u00fbr\n".encode(), b"bad . \n"])
    assert data.fetch("movie_reviews") == (["good", "bien sûr"], ["bad ."])


# The table and the ledger


def test_every_remote_file_is_pinned_and_stands_in_the_ledger():
    ledger = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert data.embedded.DIGITS_SHA256 in ledger
    assert set(data.remote.REMOTE) == set(data.remote._READERS) == set(data.sets.DOWNLOADED)
    for name, files in data.remote.REMOTE.items():
        assert name in ledger
        for file in files:
            assert file.urls
            assert all(url.startswith("https://") for url in file.urls)
            assert file.sha256 in ledger
            assert f"{file.size:,}" in ledger


def test_importing_the_data_module_loads_neither_torch_nor_matplotlib_nor_the_network():
    heavy = "{'torch', 'matplotlib', 'pooch', 'requests'}"
    script = f"import sys, dlkit.data; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"
