"""Networks in files: they come back whole or not at all, and PyTorch reads and writes them."""

import errno
import os

import numpy as np
import pytest
import safetensors.torch
import torch

from dlkit.layers import Conv2d, Flatten, Layer, Linear, Sequential
from dlkit.layers import file as layer_file

RNG = np.random.default_rng(0)


def network(seed):
    rng = np.random.default_rng(seed)
    return Sequential(Conv2d(1, 3, (3, 2), rng=rng, dtype=np.float64), Flatten(), Linear(75, 2, rng=rng, dtype=np.float64))


def torch_network():
    return torch.nn.Sequential(torch.nn.Conv2d(1, 3, (3, 2)), torch.nn.Flatten(), torch.nn.Linear(75, 2)).double()


def test_a_saved_network_comes_back(tmp_path):
    net, other = network(0), network(1)
    arrays = other.parameters
    net.save(tmp_path / "net.safetensors")
    other.load(tmp_path / "net.safetensors")
    assert all(np.array_equal(arrays[name], array) for name, array in net.parameters.items())  # in place
    assert [path.name for path in tmp_path.iterdir()] == ["net.safetensors"]


def test_state_and_odd_arrays_are_saved_whole(tmp_path):
    layer = Layer(parameters={"t": np.arange(12.0).reshape(3, 4).T, "e": np.zeros((0, 2))}, state={"n": np.array(7)})
    layer._parameters["t"] = np.arange(12.0).reshape(3, 4).T  # a view with strides
    layer.save(tmp_path / "a.safetensors")
    other = Layer(parameters={"t": np.zeros((4, 3)), "e": np.zeros((0, 2))}, state={"n": np.array(0)})
    other.load(tmp_path / "a.safetensors")
    np.testing.assert_array_equal(other.parameters["t"], layer.parameters["t"])
    assert other.state["n"] == 7


def test_files_go_to_pytorch_and_come_from_it(tmp_path):
    path = tmp_path / "net.safetensors"
    net = network(0)
    module = torch_network()
    net.save(path)
    module.load_state_dict(safetensors.torch.load_file(path))
    x = np.random.default_rng(1).standard_normal((2, 1, 7, 6))
    np.testing.assert_allclose(module(torch.from_numpy(x)).detach(), net(x), atol=1e-12)
    single = torch_network().float()
    safetensors.torch.save_file(single.state_dict(), path)
    net.load(path)
    assert net(x).dtype == np.float64
    np.testing.assert_allclose(single(torch.from_numpy(x).float()).detach(), net(x), atol=1e-5)


def test_pytorchs_count_of_batches_is_passed_over(tmp_path):
    module = torch.nn.BatchNorm2d(3)
    module.running_mean += 5
    safetensors.torch.save_file(module.state_dict(), tmp_path / "norm.safetensors")
    names = {name: np.zeros(3, np.float32) for name in ("running_mean", "running_var")}
    layer = Layer(parameters={name: np.zeros(3, np.float32) for name in ("weight", "bias")}, state=names)
    layer.load(tmp_path / "norm.safetensors")
    assert (layer.state["running_mean"] == 5).all()
    layer.save(tmp_path / "back.safetensors")
    torch.nn.BatchNorm2d(3).load_state_dict(safetensors.torch.load_file(tmp_path / "back.safetensors"))


def other_file(path):
    Layer(parameters={"0.weight": np.zeros((4, 4)), "1.bias": np.zeros(2)}, state={"0.bias": np.zeros(3, int)}).save(path)


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda path: path.unlink(), FileNotFoundError, "load: there is no file {path}; in that folder: old.safetensors"),
        (lambda path: path.write_bytes(path.read_bytes()[:-3]), ValueError,
         "load: {path} is damaged or no safetensors file (Error while deserializing: incomplete metadata, file not fully "
         "covered). A file of torch.save is another format: in PyTorch, write it with "
         "safetensors.torch.save_file(module.state_dict(), path)"),
        (lambda path: torch.save({"0.weight": torch.zeros(3, 4)}, path), ValueError,
         "load: {path} is damaged or no safetensors"),
        (lambda path: path.write_bytes(b""), ValueError, "load: {path} is damaged or no safetensors"),
        (lambda path: safetensors.torch.save_file({"0.weight": torch.zeros(3, 4, dtype=torch.bfloat16)}, path), ValueError,
         "load: {path} holds numbers of type 'BF16', which NumPy has not; save it as float32"),
        (other_file, ValueError,
         "load: {path} belongs to another network; nothing was loaded.\n"
         "  another kind of number: 0.bias is float32 in the network, int64 in the file\n"
         "  another shape: 0.weight is (3, 4) in the network, (4, 4) in the file\n"
         "  extra: 1.bias (2,)\n  missing: 2.bias (2,)\n  missing: 2.weight (2, 3)"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_changes_nothing(tmp_path, spoil, error, message):
    net = Sequential(Linear(4, 3, rng=RNG), Flatten(), Linear(3, 2, rng=RNG))
    before = {name: array.copy() for name, array in net.parameters.items()}
    path = tmp_path / "net.safetensors"
    net.save(path)
    (tmp_path / "old.safetensors").write_bytes(b"")
    for array in net.parameters.values():
        array += 1
    spoil(path)
    with pytest.raises(error) as caught:
        net.load(path)
    assert str(caught.value).startswith(message.format(path=path))
    assert all(np.array_equal(net.parameters[name], array + 1) for name, array in before.items())


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    net = network(0)
    path = tmp_path / "net.safetensors"
    net.save(path)
    before = path.read_bytes()

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    net.parameters["2.bias"][...] += 1
    monkeypatch.setattr(layer_file.os, "fsync", full)
    with pytest.raises(
        OSError, match="was not written: No space left on device; the file that stood there is unharmed"
    ) as caught:
        net.save(path)
    assert caught.value.errno == errno.ENOSPC
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"save: .*nowhere.net\.safetensors was not written: No such file or directory$"
    ):
        Flatten().save(tmp_path / "nowhere" / "net.safetensors")
