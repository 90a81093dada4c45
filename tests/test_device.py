"""Between NumPy and PyTorch, and what is said where PyTorch is missing."""

import subprocess
import sys

import numpy as np
import pytest

from dlkit.device import to_numpy


def test_there_and_back():
    torch = pytest.importorskip("torch")
    from dlkit.device import best_device, to_torch

    x = np.arange(6, dtype=np.float32).reshape(2, 3).T
    tensor, nothing = to_torch(x, None)
    assert nothing is None
    assert tensor.dtype == torch.float32
    np.testing.assert_array_equal(to_numpy(tensor.requires_grad_()), x)
    tensor.data += 1
    assert x[0, 0] == 0  # a copy
    assert to_torch(x, device=best_device()).device.type == best_device().type


def test_the_device_can_be_chosen(monkeypatch):
    pytest.importorskip("torch")
    from dlkit.device import best_device

    monkeypatch.setenv("DLKIT_DEVICE", "cpu")
    assert best_device().type == "cpu"


def test_other_things_are_left_alone():
    assert to_numpy([1, 2]) == [1, 2]


def test_without_torch_the_message_says_what_to_do():
    code = "import sys; sys.modules['torch'] = None\nfrom dlkit.device import best_device\nbest_device()"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert 'python -m pip install "torch>=2.11"' in result.stderr
