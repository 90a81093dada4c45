"""Every layer of the course against PyTorch's of the same name: one file of parameters, the same numbers and gradients."""

import inspect

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402
from torch import nn  # noqa: E402

from dlkit import layers  # noqa: E402
from dlkit.device import to_numpy, to_torch  # noqa: E402
from dlkit.layers import containers, layer  # noqa: E402

RNG = np.random.default_rng(0)
IMAGES, SIGNALS, ROWS, SEQUENCES = (2, 6, 8, 10), (2, 6, 9), (5, 6), (3, 4, 6)
PAIRS = [
    (layers.ReLU(), nn.ReLU(), ROWS),
    (layers.LeakyReLU(0.1), nn.LeakyReLU(0.1), ROWS),
    (layers.ELU(2.0), nn.ELU(2.0), ROWS),
    (layers.GELU("tanh"), nn.GELU("tanh"), ROWS),
    (layers.SiLU(), nn.SiLU(), ROWS),
    (layers.Softplus(2.0), nn.Softplus(2.0), ROWS),
    (layers.Sigmoid(), nn.Sigmoid(), ROWS),
    (layers.Tanh(), nn.Tanh(), ROWS),
    (layers.Softmax(-1), nn.Softmax(-1), ROWS),
    (layers.LogSoftmax(1), nn.LogSoftmax(1), SIGNALS),
    (layers.MaxPool1d(3, stride=2), nn.MaxPool1d(3, stride=2), SIGNALS),
    (layers.MaxPool2d(3, stride=2, padding=1), nn.MaxPool2d(3, stride=2, padding=1), IMAGES),
    (layers.AvgPool1d(2), nn.AvgPool1d(2), SIGNALS),
    (layers.AvgPool2d(2), nn.AvgPool2d(2), IMAGES),
    (layers.AdaptiveAvgPool2d((3, 4)), nn.AdaptiveAvgPool2d((3, 4)), IMAGES),
    (layers.GlobalAvgPool2d(), nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), IMAGES),
    (layers.Upsample(scale_factor=2, mode="bilinear"), nn.Upsample(scale_factor=2, mode="bilinear"), IMAGES),
    (layers.PixelShuffle(2), nn.PixelShuffle(2), (2, 8, 3, 5)),
    (layers.Flatten(), nn.Flatten(), IMAGES),
    (layers.BatchNorm(6, momentum=0.3), nn.BatchNorm2d(6, momentum=0.3), IMAGES),
    (layers.BatchNorm(6), nn.BatchNorm1d(6), ROWS),
    (layers.LayerNorm(6), nn.LayerNorm(6), SEQUENCES),
    (layers.GroupNorm(3, 6), nn.GroupNorm(3, 6), IMAGES),
    (layers.LocalResponseNorm(3), nn.LocalResponseNorm(3), IMAGES),
    (layers.Linear(6, 4, rng=RNG), nn.Linear(6, 4), SEQUENCES),
    (layers.Conv1d(6, 4, 3, rng=RNG, padding=1), nn.Conv1d(6, 4, 3, padding=1), SIGNALS),
    (layers.Conv2d(6, 4, (3, 2), rng=RNG, groups=2), nn.Conv2d(6, 4, (3, 2), groups=2), IMAGES),
    (
        layers.ConvTranspose2d(6, 4, 3, rng=RNG, stride=2, output_padding=1, groups=2),
        nn.ConvTranspose2d(6, 4, 3, stride=2, output_padding=1, groups=2),
        IMAGES,
    ),
    (layers.RNN(6, 5, rng=RNG, nonlinearity="relu"), nn.RNN(6, 5, nonlinearity="relu", batch_first=True), SEQUENCES),
    (layers.LSTM(6, 5, rng=RNG, bias=False), nn.LSTM(6, 5, bias=False, batch_first=True), SEQUENCES),
    (
        layers.GRU(6, 5, rng=RNG, layers=2, bidirectional=True),
        nn.GRU(6, 5, num_layers=2, bidirectional=True, batch_first=True),
        SEQUENCES,
    ),
]
every_pair = pytest.mark.parametrize(("mine", "theirs", "shape"), PAIRS, ids=lambda v: getattr(v, "kind", ""))


def flat(y):
    """All results of a layer in a row; PyTorch's LSTM puts two of its three into a pair."""
    return [part for value in y for part in flat(value)] if isinstance(y, tuple) else [y]


def assert_close(mine, other):
    np.testing.assert_allclose(mine, to_numpy(other), rtol=1e-4, atol=2e-5)


@every_pair
@pytest.mark.parametrize("training", [True, False])
def test_a_layer_is_pytorchs(mine, theirs, shape, training, tmp_path):
    mine.save(tmp_path / "layer.safetensors")
    theirs.load_state_dict(load_file(tmp_path / "layer.safetensors"), strict=not mine.state)
    (mine.train() if training else mine.eval(), theirs.train(training))
    rng = np.random.default_rng(1)
    x = rng.standard_normal(shape).astype(np.float32)
    leaf = to_torch(x).requires_grad_()
    y, torch_y = flat(mine(x)), flat(theirs(leaf))
    dys = [rng.standard_normal(part.shape).astype(np.float32) for part in y]
    dx = mine.backward(tuple(dys) if len(dys) > 1 else dys[0])
    torch.autograd.backward(torch_y, [to_torch(dy) for dy in dys])
    for a, b in zip([*y, dx], [*torch_y, leaf.grad], strict=True):
        assert_close(a, b)
    for name, parameter in theirs.named_parameters():
        assert_close(mine.gradients[name], parameter.grad)
        parameter.grad = None
    for name, array in mine.state.items():
        assert_close(array, theirs.state_dict()[name])


def test_no_layer_is_left_out():
    bases = (layer, containers)
    stock = {name for name, value in vars(layers).items() if inspect.isclass(value) and inspect.getmodule(value) not in bases}
    tested = {type(mine).__name__ for mine, _, _ in PAIRS}
    assert stock - tested == {"Dropout", "Embedding", "MultiHeadAttention"}, "these have tests of their own below"


def test_dropout_drops_in_training_only():
    drop = layers.Dropout(0.25, rng=np.random.default_rng(0))
    x = np.ones((100, 100), np.float32)
    y = drop(x)
    assert set(np.unique(y)) == {np.float32(0), np.float32(1 / 0.75)}
    assert 0.2 < (y == 0).mean() < 0.3
    assert np.array_equal(drop.backward(x), y)
    assert np.array_equal(drop.eval()(x), x)


def test_an_embedding_is_pytorchs():
    mine = layers.Embedding(7, 4, rng=np.random.default_rng(0), padding_idx=2)
    theirs = nn.Embedding(7, 4, padding_idx=2)
    theirs.load_state_dict({"weight": to_torch(mine.parameters["weight"])})
    x = np.array([[1, 2, 6], [1, 0, 2]])
    y, torch_y = mine(x), theirs(to_torch(x))
    assert not mine.parameters["weight"][2].any()
    dy = np.random.default_rng(1).standard_normal(y.shape).astype(np.float32)
    assert mine.backward(dy) is None
    torch_y.backward(to_torch(dy))
    assert_close(y, torch_y)
    assert_close(mine.gradients["weight"], theirs.weight.grad)


def test_attention_is_pytorchs():
    rng = np.random.default_rng(0)
    mine = layers.MultiHeadAttention(8, 2, rng=rng)
    theirs = nn.MultiheadAttention(8, 2, batch_first=True)
    theirs.load_state_dict({name: to_torch(array) for name, array in mine.parameters.items()})
    q, k, v = (rng.standard_normal((3, length, 8)).astype(np.float32) for length in (4, 5, 5))
    leaves = [to_torch(a).requires_grad_() for a in (q, k, v)]
    may_look = np.array([[True] * 5, [True] * 3 + [False] * 2, [True] * 4 + [False]])
    y = mine(q, k, v, None, may_look)
    torch_y, _ = theirs(*leaves, key_padding_mask=to_torch(~may_look))  # PyTorch's True means: must not
    dy = rng.standard_normal(y.shape).astype(np.float32)
    torch_y.backward(to_torch(dy))
    for a, b in zip([y, *mine.backward(dy)[:3]], [torch_y, *[leaf.grad for leaf in leaves]], strict=True):
        assert_close(a, b)
    for name, parameter in theirs.named_parameters():
        assert_close(mine.gradients[name], parameter.grad)


@pytest.mark.parametrize(
    ("make", "bound"),
    [
        (lambda: layers.LSTM(300, 100, rng=np.random.default_rng(0)), 0.1),
        (lambda: layers.ConvTranspose2d(50, 4, 5, rng=np.random.default_rng(0)), 0.1),
    ],
    ids=["LSTM", "ConvTranspose2d"],
)
def test_parameters_are_drawn_as_wide_as_pytorchs(make, bound):
    for array in make().parameters.values():
        assert np.abs(array).max() <= bound
        if array.size > 1000:
            assert array.std() == pytest.approx(bound / np.sqrt(3), rel=0.05)
