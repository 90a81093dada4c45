"""Recurrent networks of all kinds: a sequence is steps, a mask is lengths, what does not fit is refused in words."""

import numpy as np
import pytest
from operations import pair, twin

from dlkit.cases.recurrent_networks import lasting, weights
from dlkit.device import to_torch
from dlkit.errors import ShapeError
from dlkit.numpy_ops.recurrent_networks import rnn_backward, rnn_cell_backward, rnn_cell_forward, rnn_forward

KINDS = {"rnn": (1, 1), "lstm": (4, 2), "gru": (3, 1)}  # gates, parts of the state
every_kind = pytest.mark.parametrize("op", KINDS)
N, T, D, H = 3, 6, 2, 4


def network(op, *, layers=1, directions=1, seed=0):
    """Sequences, a first state and weights."""
    gates, states = KINDS[op]
    rng = np.random.default_rng(seed)
    start = [rng.standard_normal((layers * directions, N, H)) for _ in range(states)]
    four = [rng.standard_normal(shape) for shape in weights(gates, D, H, layers, directions)]
    return rng.standard_normal((N, T, D)), start, four


@every_kind
def test_a_sequence_is_one_cell_called_at_every_step(op):
    x, start, four = network(op)
    (y, *end), _ = pair(op)[0](x, *start, None, *four)
    state = [part[0] for part in start]
    for t in range(T):
        new, _ = pair(f"{op}_cell")[0](x[:, t], *state, *four)
        state = list(new) if isinstance(new, tuple) else [new]
        np.testing.assert_allclose(y[:, t], state[0], rtol=1e-12)
    for part, last in zip(end, state, strict=True):
        np.testing.assert_allclose(part[0], last, rtol=1e-12)


@every_kind
def test_two_halves_are_one_run(op):
    """Handing the state on and its gradient back is backpropagation through the whole; leaving it out truncates."""
    forward, backward = pair(op)
    x, start, four = network(op, layers=2)
    (y, *end), cache = forward(x, *start, None, *four)
    (first, *middle), early = forward(x[:, :2], *start, None, *four)
    (second, *last), late = forward(x[:, 2:], *middle, None, *four)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), y, rtol=1e-12)
    np.testing.assert_allclose(last, end, rtol=1e-12)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    nothing = [None] * len(end)
    whole = backward((dy, *nothing), cache)
    after = backward((dy[:, 2:], *nothing), late)
    before = backward((dy[:, :2], *after[1 : 1 + len(end)]), early)
    np.testing.assert_allclose(np.concatenate([before[0], after[0]], axis=1), whole[0], rtol=1e-9)
    for a, b, both in zip(before[-8:], after[-8:], whole[-8:], strict=True):
        np.testing.assert_allclose(a + b, both, rtol=1e-9, atol=1e-12)


@every_kind
def test_a_masked_batch_is_each_sequence_alone(op):
    forward, backward = pair(op)
    x, start, four = network(op, layers=2, directions=2)
    lengths = (4, 6, 1)
    mask = lasting(*lengths, steps=T)(None)
    x[~mask] = np.nan  # whatever stands after the end, it must not be looked at
    (y, *end), cache = forward(x, *start, mask, *four, bidirectional=True)
    rng = np.random.default_rng(1)
    dy, *dend = (rng.standard_normal(part.shape) for part in (y, *end))
    spoilt = np.where(mask[..., None], dy, np.nan)  # nor what comes back for it
    together = backward((spoilt, *dend), cache)
    alone = []
    for n, length in enumerate(lengths):
        own = [part[:, n : n + 1] for part in start]
        (y_n, *end_n), cache_n = forward(x[n : n + 1, :length], *own, None, *four, bidirectional=True)
        np.testing.assert_allclose(y[n, :length], y_n[0], rtol=1e-12)
        assert not y[n, length:].any()
        for part, part_n in zip(end, end_n, strict=True):
            np.testing.assert_allclose(part[:, n], part_n[:, 0], rtol=1e-12)
        alone.append(backward((dy[n : n + 1, :length], *[part[:, n : n + 1] for part in dend]), cache_n))
        np.testing.assert_allclose(together[0][n, :length], alone[-1][0][0], rtol=1e-9, atol=1e-12)
        assert not together[0][n, length:].any()
    for k in range(1, len(together)):
        if together[k] is not None:
            combine = (lambda parts: np.concatenate(parts, axis=1)) if k <= len(start) else sum
            np.testing.assert_allclose(together[k], combine([gradients[k] for gradients in alone]), rtol=1e-9, atol=1e-12)


@every_kind
def test_an_upstream_that_is_none_is_zeros(op):
    x, start, four = network(op, layers=2)
    (y, *end), cache = pair(op)[0](x, *start, None, *four)
    for k in range(1 + len(end)):
        dy = [np.zeros_like(part) for part in (y, *end)]
        dy[k] += 1
        sparse = tuple(part if part.any() else None for part in dy)
        for a, b in zip(pair(op)[1](tuple(dy), cache), pair(op)[1](sparse, cache), strict=True):
            assert a is b is None or np.array_equal(a, b)
    assert not any(gradient.any() for gradient in pair(op)[1]((None,) * len(dy), cache) if gradient is not None)


@every_kind
def test_gradients_can_be_changed_one_by_one(op):
    x, start, four = network(op)
    y, cache = pair(op)[0](x, *start, None, *four)
    gradients = [g for g in pair(op)[1](tuple(np.ones_like(part) for part in y), cache) if g is not None]
    for k, a in enumerate(gradients):
        assert not any(np.shares_memory(a, b) for b in [*gradients[:k], *y, *four, x])


def test_worked_numbers():
    h, cache = rnn_cell_forward(np.array([[1.0]]), np.array([[0.5]]), np.array([[0.4]]), np.array([[0.8]]), np.array([0.1]))
    assert h[0, 0] == pytest.approx(np.tanh(0.4 + 0.1 + 0.4))
    dx, dh, dw_ih, dw_hh, db_ih, db_hh = rnn_cell_backward(np.array([[1.0]]), cache)
    slope = 1 - np.tanh(0.9) ** 2
    assert [float(g.item()) for g in (dx, dh, dw_ih, dw_hh, db_ih)] == pytest.approx(
        [0.4 * slope, 0.8 * slope, slope, slope / 2, slope]
    )
    assert db_hh is None


@pytest.mark.parametrize("largest", [0.8, 1.0, 1.2])
def test_the_gradient_vanishes_or_explodes_with_the_largest_singular_value(largest):
    """Fifty steps near 0, where tanh's slope is 1: the gradient grows like the singular values' fiftieth power."""
    rng = np.random.default_rng(0)
    rotation, _ = np.linalg.qr(rng.standard_normal((H, H)))  # all singular values 1
    x, h0 = np.zeros((1, 50, D)), 1e-12 * rng.standard_normal((1, 1, H))
    _, cache = rnn_forward(x, h0, None, np.zeros((H, D)), largest * rotation, None, None)
    dh_n = rng.standard_normal((1, 1, H))
    _, dh0, *_ = rnn_backward((None, dh_n), cache)
    assert np.linalg.norm(dh0) / np.linalg.norm(dh_n) == pytest.approx(largest**50, rel=1e-6)


def test_the_whole_message():
    x, (h0,), four = network("rnn")
    with pytest.raises(ShapeError) as caught:
        rnn_forward(x, h0, None, four[0][:, :1], *four[1:])
    assert str(caught.value) == (
        "rnn_forward: D is 2 in x but 1 in w_ih_l0.\n"
        "  x (N, T, D) = (3, 6, 2)\n"
        "  h0 (layers·directions, N, H) = (1, 3, 4)\n"
        "  w_ih_l0 (H, D) = (4, 1)\n"
        "  w_hh_l0 (H, H) = (4, 4)\n"
        "  b_ih_l0 (H,) = (4,)\n"
        "  b_hh_l0 (H,) = (4,)"
    )
    with pytest.raises(ShapeError) as caught:
        rnn_cell_forward(x[:, 0], h0[0], four[0], four[1][:, :3])
    assert str(caught.value) == (
        "rnn_cell_forward: H is 4 in h but 3 in w_hh.\n"
        "  x (N, D) = (3, 2)\n"
        "  h (N, H) = (3, 4)\n"
        "  w_ih (H, D) = (4, 2)\n"
        "  w_hh (H, H) = (4, 3)"
    )


def masks(rows):
    return np.array([[character == "1" for character in row] for row in rows.split()])


@every_kind
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, start, mask, four: (x[:, :0], start, None, four), "T is 0, there is no step to take"),
        (
            lambda x, start, mask, four: (x[..., :0], start, None, [four[0][:, :0], *four[1:]]),
            "D is 0, there is nothing to read",
        ),
        (
            lambda x, start, mask, four: (x, start, masks("111111 000000 111000"), four),
            r"mask\[1\] is \[0 0 0 0 0 0\]: a sequence",
        ),
        (lambda x, start, mask, four: (x, start, masks("111111 111111 011111"), four), r"mask\[2\] is \[0 1 1 1 1 1\]"),
        (lambda x, start, mask, four: (x, start, masks("110111 111111 111111"), four), "Give Trues, at least one, then Falses"),
        (lambda x, start, mask, four: (x, start, np.ones((N, T)), four), "mask holds float64, not booleans"),
        (lambda x, start, mask, four: (x, start, np.ones((N, T), int), four), "mask holds int64, not booleans"),
        (lambda x, start, mask, four: (x, start, [[True] * T] * N, four), "mask is a list"),
        (lambda x, start, mask, four: (x, start, np.ones((N, T + 1), bool), four), "T is 6 in x but 7 in mask"),
        (lambda x, start, mask, four: (x, start, None, four[:3]), "3 weights came; give w_ih, w_hh, b_ih, b_hh for each layer"),
        (lambda x, start, mask, four: (x, start, None, []), "0 weights came"),
        (lambda x, start, mask, four: (x, start, None, four * 2), "layers·directions is 2 in the weights but 1 in h0"),
        (lambda x, start, mask, four: (x, [None] * len(start), None, four * 2), "in w_ih_l1"),
        (lambda x, start, mask, four: (x, start, None, [None, *four[1:]]), "w_ih_l0 is a NoneType"),
    ],
)
def test_what_does_not_fit_is_refused(op, change, message):
    x, start, four = network(op)
    x, start, mask, four = change(x, start, None, four)
    with pytest.raises((ShapeError, TypeError), match=message) as caught:
        pair(op)[0](x, *start, mask, *four)
    assert str(caught.value).startswith(f"{op}_forward: ")


@every_kind
def test_weights_of_two_directions_come_in_eights(op):
    x, start, four = network(op)
    with pytest.raises(
        TypeError, match=r"4 weights came; give w_ih, .* for each direction, forward and backward, of every layer"
    ):
        pair(op)[0](x, *start, None, *four, bidirectional=True)


@every_kind
def test_upstreams_are_a_tuple(op):
    x, start, four = network(op)
    (y, *end), cache = pair(op)[0](x, *start, None, *four)
    with pytest.raises(TypeError, match=rf"{op}_backward: a ndarray came; give the tuple \(dy, dh_n"):
        pair(op)[1](y, cache)
    with pytest.raises(TypeError, match=rf"{op}_backward: 1 came; give the tuple \(dy, dh_n"):
        pair(op)[1]((y,), cache)
    with pytest.raises(ShapeError, match=rf"{op}_backward: dh_n has shape \(3, 4\), h_n had \(1, 3, 4\)"):
        pair(op)[1]((y, end[0][0], *end[1:]), cache)


@pytest.mark.parametrize("options", [{"nonlinearity": "gelu"}, {"bidirectional": "no"}, {"bidirectional": True}])
def test_both_refuse_the_same_options(options):
    x, (h0,), four = network("rnn")
    with pytest.raises((ValueError, TypeError), match=r"rnn_forward: (nonlinearity|bidirectional|4 weights)"):
        rnn_forward(x, h0, None, *four, **options)
    with pytest.raises((ValueError, TypeError, RuntimeError)):
        twin("rnn")[0](*to_torch(x, h0, None, *four), **options)
