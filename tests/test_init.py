"""Initial weights: spread and bounds as in PyTorch, rotations that rotate, and messages."""

from functools import partial

import numpy as np
import pytest

from dlkit import init
from dlkit.errors import ShapeError

SHAPES = [(300, 200), (64, 32, 5, 3), (40, 60, 9)]
NORMAL = {"xavier_normal": "xavier_normal_", "he_normal": "kaiming_normal_"}
UNIFORM = {"xavier_uniform": "xavier_uniform_", "he_uniform": "kaiming_uniform_"}
RANDOM = ["normal", *NORMAL, *UNIFORM, "orthogonal"]
OPTIONS = {
    "xavier": [({}, {}), ({"gain": 5 / 3}, {"gain": 5 / 3})],
    "he": [
        ({}, {}),
        ({"mode": "fan_out"}, {"mode": "fan_out"}),
        ({"negative_slope": 0.5}, {"a": 0.5}),
        ({"negative_slope": 0.1, "mode": "fan_out"}, {"a": 0.1, "mode": "fan_out"}),
    ],
}
ROWS = [(name, *options) for name in (*NORMAL, *UNIFORM) for options in OPTIONS[name.partition("_")[0]]]


def generator():
    return np.random.default_rng(0)


def test_fans():
    assert init.fans((10, 784)) == (784, 10)
    assert init.fans((64, 3, 5, 7)) == (3 * 5 * 7, 64 * 5 * 7)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("name", "options", "theirs"), ROWS)
def test_spread_and_bounds_are_those_of_pytorch(name, options, theirs, shape):
    torch = pytest.importorskip("torch")
    w = getattr(init, name)(shape, rng=generator(), dtype=np.float64, **options)
    torch.manual_seed(0)
    other = getattr(torch.nn.init, (NORMAL | UNIFORM)[name])(torch.empty(shape, dtype=torch.float64), **theirs).numpy()
    assert w.shape == shape
    for number in (w, other):
        assert abs(number.mean()) < 5 * w.std() / np.sqrt(w.size)  # five standard errors
    np.testing.assert_allclose(w.std(), other.std(), rtol=5 / np.sqrt(w.size))
    if name in UNIFORM:
        bound = np.sqrt(3) * exact_std(name, shape, options)
        for number in (w, other):
            assert 0.999 * bound < np.abs(number).max() <= bound


def exact_std(name, shape, options):
    """The standard deviations of the papers."""
    receptive = int(np.prod(shape[2:]))
    fan_in, fan_out = shape[1] * receptive, shape[0] * receptive
    if name.startswith("xavier"):
        return options.get("gain", 1) * np.sqrt(2 / (fan_in + fan_out))
    fan = fan_out if options.get("mode") == "fan_out" else fan_in
    return np.sqrt(2 / ((1 + options.get("negative_slope", 0) ** 2) * fan))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("name", "options"), [row[:2] for row in ROWS])
def test_spread_is_that_of_the_papers(name, options, shape):
    w = getattr(init, name)(shape, rng=generator(), **options)
    np.testing.assert_allclose(w.std(), exact_std(name, shape, options), rtol=5 / np.sqrt(w.size))


def test_normal_numbers_are_normal():
    from scipy import stats

    for name in NORMAL:
        w = getattr(init, name)((300, 200), rng=generator(), dtype=np.float64).ravel()
        assert stats.kstest(w / w.std(), "norm").pvalue > 0.01
    w = init.normal((300, 200), rng=generator(), mean=2.0, std=0.1)
    np.testing.assert_allclose([w.mean(), w.std()], [2, 0.1], rtol=0.02)


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh", "relu", "leaky_relu"])
def test_gains_are_those_of_pytorch(activation):
    torch = pytest.importorskip("torch")
    assert init.gain(activation) == pytest.approx(torch.nn.init.calculate_gain(activation))
    assert init.gain("leaky_relu", negative_slope=0.3) == pytest.approx(torch.nn.init.calculate_gain("leaky_relu", 0.3))


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (6, 2, 3, 2), (40, 2, 3, 2), (1, 1), (1, 9)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_orthogonal_matrices_keep_lengths(shape, dtype):
    w = init.orthogonal(shape, rng=generator(), gain=2.0, dtype=dtype)
    assert (w.shape, w.dtype) == (shape, dtype)
    rows = w.reshape(len(w), -1).astype(np.float64) / 2
    product = rows @ rows.T if len(rows) <= rows.shape[1] else rows.T @ rows
    np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-6)


def test_rotations_are_drawn_evenly():
    """Without the signs of R's diagonal the corner of Q would always be negative."""
    rng = generator()
    corners = [init.orthogonal((2, 2), rng=rng)[0, 0] for _ in range(500)]
    assert abs(np.mean(corners)) < 5 * np.sqrt(0.5 / 500)


def test_a_signal_keeps_its_size_through_ten_layers_of_relu():
    rng, sizes = generator(), {}
    for name, draw in {"he": init.he_normal, "small": partial(init.normal, std=0.01), "zeros": init.zeros}.items():
        x = rng.standard_normal((200, 256)).astype(np.float32)
        for _ in range(10):
            x = np.maximum(x @ draw((256, 256), rng=rng).T, 0)
        sizes[name] = np.sqrt(np.mean(x * x))
    assert 0.5 < sizes["he"] < 2
    assert sizes["small"] < 1e-6
    assert sizes["zeros"] == 0


@pytest.mark.parametrize("name", RANDOM)
def test_one_generator_gives_the_same_numbers_in_any_dtype(name):
    draw = getattr(init, name)
    single, double = (draw((4, 3), rng=generator(), dtype=dtype) for dtype in (np.float32, np.float64))
    assert draw((4, 3), rng=generator()).dtype == single.dtype == np.float32
    assert double.dtype == np.float64
    np.testing.assert_array_equal(double.astype(np.float32), single)
    assert single.flags.c_contiguous
    assert single.flags.writeable
    rng = generator()
    assert not np.array_equal(draw((4, 3), rng=rng), draw((4, 3), rng=rng))


@pytest.mark.parametrize("name", RANDOM)
def test_what_cannot_be_drawn_is_refused(name):
    draw = getattr(init, name)
    for rng in (0, None, np.random):
        with pytest.raises(
            TypeError, match=rf"^{name}: rng is .*; give a random generator, such as np.random.default_rng\(0\)$"
        ):
            draw((4, 3), rng=rng)
    with pytest.raises(TypeError, match=rf"^{name}: shape is 4; give a tuple of whole numbers, such as \(10, 784\)$"):
        draw(4, rng=generator())
    with pytest.raises(TypeError, match=rf"^{name}: a size of shape is 3.0; give a whole number$"):
        draw((4, 3.0), rng=generator())


@pytest.mark.parametrize(("call", "message"), [
    (lambda: init.he_normal((4,), rng=generator()),
     "he_normal: shape is (4,); weights have two axes or more, (D_out, D_in, …). For offsets take zeros"),
    (lambda: init.xavier_uniform((4, 0), rng=generator()),
     "xavier_uniform: shape is (4, 0); an axis has no cells, there is nothing to draw"),
    (lambda: init.orthogonal((4,), rng=generator()),
     "orthogonal: shape is (4,); weights have two axes or more, (D_out, D_in, …). For offsets take zeros"),
    (lambda: init.fans((-4, 3)), "fans: a size of shape is -4; the smallest allowed is 0"),
])  # fmt: skip
def test_whole_messages_about_shapes(call, message):
    with pytest.raises(ShapeError) as caught:
        call()
    assert str(caught.value) == message


@pytest.mark.parametrize(("call", "message"), [
    (lambda: init.he_uniform((4, 3), rng=generator(), mode="fan_avg"),
     "he_uniform: mode is 'fan_avg'; give 'fan_in' or 'fan_out'"),
    (lambda: init.normal((4, 3), rng=generator(), std=-1), "normal: std is -1; at least 0 is allowed"),
    (lambda: init.gain("gelu"),
     "gain: activation is 'gelu'; give 'linear' or 'sigmoid' or 'tanh' or 'relu' or 'leaky_relu'"),
])  # fmt: skip
def test_whole_messages_about_options(call, message):
    with pytest.raises(ValueError, match=f"^{message}") as caught:
        call()
    assert str(caught.value) == message


def test_zeros_stand_where_the_others_stand():
    assert not init.zeros((4, 3), rng=generator()).any()
    assert init.zeros((5,)).dtype == np.float32
    assert init.zeros((0,), dtype=np.float64).shape == (0,)
