"""The twins: same names, arguments and defaults, same values, same gradients, on the processor and on a GPU."""

import inspect

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from operations import case_name, every_case, every_operation, pair, twin  # noqa: E402

from dlkit.device import to_numpy, to_torch  # noqa: E402

GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
DEVICES = [pytest.param("cpu"), pytest.param("cuda", marks=GPU)]

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel:UserWarning")


@every_operation
def test_signatures_are_the_same(op):
    def shape(function):
        return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]

    if case_name(op) != op:
        ours, theirs = pair(op)[0], pair(case_name(op))[0]
    else:
        ours, theirs = pair(op)[0], twin(op)[0]
    assert shape(ours) == shape(theirs)


@pytest.fixture(autouse=True)
def _full_precision():
    """TF32 would leave three digits on recent GPUs."""
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False


@every_case
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)])
def test_values_and_gradients_are_the_same(op, case, device, dtype, tolerance):
    rng = np.random.default_rng(5)
    arrays = case.arrays(rng, dtype)
    (forward, backward), (torch_forward, torch_backward) = pair(op), twin(op)
    y, cache = forward(*arrays, **case.options)
    torch_y, torch_cache = torch_forward(*[to_torch(a, device=device) for a in arrays], **case.options)
    assert y.shape == tuple(torch_y.shape)
    _assert_close(y, torch_y, tolerance)
    dy = rng.standard_normal(y.shape).astype(dtype)
    ours, theirs = backward(dy, cache), torch_backward(to_torch(dy, device=device), torch_cache)
    for mine, other in zip(ours, theirs, strict=True):
        assert (mine is None) == (other is None)
        if mine is not None:
            _assert_close(mine, other, tolerance)


def _assert_close(mine, other, tolerance):
    other = to_numpy(other)
    np.testing.assert_allclose(mine, other, rtol=tolerance, atol=tolerance * np.abs(other).max(initial=0))


@pytest.mark.parametrize("options", [
    {"stride": 0}, {"padding": -1}, {"groups": 2}, {"groups": 0}, {"dilation": 0}, {"dilation": 9},
    {"padding": "same", "stride": 2}, {"padding": "full"}, {"stride": 1.5}, {"stride": (1, 1, 1)},
])  # fmt: skip
def test_both_refuse_the_same_options(options):
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(s) for s in ((2, 3, 7, 6), (4, 3, 3, 2), (4,))]
    with pytest.raises((ValueError, TypeError)):
        pair("conv2d")[0](*arrays, **options)
    with pytest.raises((ValueError, TypeError, RuntimeError)):
        twin("conv2d")[0](*to_torch(*arrays), **options)


def test_a_tensor_keeps_its_own_gradient():
    x, w = (torch.ones(s, requires_grad=True) for s in ((1, 1, 3, 3), (1, 1, 2, 2)))
    forward, backward = twin("conv2d")
    y, cache = forward(x, w)
    backward(torch.ones_like(y), cache)
    assert x.grad is None
    assert not y.requires_grad
