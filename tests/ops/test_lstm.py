"""Gates: what they keep, what passes along the cell state, and two words on messages."""

import numpy as np
import pytest

from dlkit.errors import ShapeError
from dlkit.numpy_ops.lstm import (
    gru_cell_forward,
    gru_forward,
    lstm_backward,
    lstm_cell_backward,
    lstm_cell_forward,
    lstm_forward,
)

H, OPEN, SHUT = 4, 1000.0, -1000.0


def gated(*values):
    """Weights of zeros, so that only these offsets, one a gate, decide."""
    rows = H * len(values)
    return np.zeros((rows, 2)), np.zeros((rows, H)), np.repeat(np.array(values, float), H), None


def test_worked_numbers():
    one = np.array([[1.0]])
    w_ih = np.array([[0.1], [0.2], [0.3], [0.4]])
    (h, c), _ = lstm_cell_forward(one, one / 2, one * 2, w_ih, np.ones((4, 1)))
    i, f, o = (1 / (1 + np.exp(-z)) for z in (0.6, 0.7, 0.9))
    assert c.item() == pytest.approx(2 * f + i * np.tanh(0.8))
    assert h.item() == pytest.approx(o * np.tanh(c.item()))
    h, _ = gru_cell_forward(one, one / 2, w_ih[:3], np.ones((3, 1)))
    r, z = (1 / (1 + np.exp(-z)) for z in (0.6, 0.7))
    assert h.item() == pytest.approx((1 - z) * np.tanh(0.3 + r * 0.5) + z * 0.5)


def test_an_open_forget_gate_keeps_a_number_for_good_and_its_gradient_too():
    rng = np.random.default_rng(0)
    x, c0 = rng.standard_normal((3, 200, 2)), rng.standard_normal((1, 3, H))
    (_, _, c_n), cache = lstm_forward(x, None, c0, None, *gated(SHUT, OPEN, 0, 0))
    assert np.array_equal(c_n, c0)
    dc = rng.standard_normal((1, 3, H))
    _, _, dc0, *_ = lstm_backward((None, None, dc), cache)
    assert np.array_equal(dc0, dc)
    (_, _, c_n), _ = lstm_forward(x, None, c0, None, *gated(SHUT, SHUT, 0, 0))
    assert not c_n.any()


def test_along_the_cell_state_the_gradient_is_multiplied_by_the_forget_gates():
    rng = np.random.default_rng(0)
    w_ih, _, _, _ = gated(0, 0, 0, 0)
    w_ih[:] = rng.standard_normal(w_ih.shape)
    x, c0 = rng.standard_normal((3, 9, 2)), rng.standard_normal((1, 3, H))
    _, cache = lstm_forward(x, None, c0, None, w_ih, np.zeros((4 * H, H)), None, None)  # gates that look at x alone
    _, _, dc0, *_ = lstm_backward((None, None, np.ones((1, 3, H))), cache)
    forget = 1 / (1 + np.exp(-x @ w_ih[H : 2 * H].T))  # (N, T, H)
    np.testing.assert_allclose(dc0[0], forget.prod(axis=1), rtol=1e-12)


def test_an_open_update_gate_of_a_gru_keeps_its_state():
    h0 = np.random.default_rng(0).standard_normal((1, 3, H))
    (_, h_n), _ = gru_forward(np.ones((3, 50, 2)), h0, None, *gated(0, OPEN, 0))
    assert np.array_equal(h_n, h0)


def test_one_of_two_upstreams_may_be_none():
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape) for shape in ((3, 2), (3, H), (3, H), (4 * H, 2), (4 * H, H))]
    (h, c), cache = lstm_cell_forward(*arrays)
    for dy, full in (((h, None), (h, 0 * c)), ((None, c), (0 * h, c))):
        for a, b in zip(lstm_cell_backward(dy, cache), lstm_cell_backward(full, cache), strict=True):
            assert a is b is None or np.array_equal(a, b)
    with pytest.raises(TypeError, match=r"lstm_cell_backward: a ndarray came; give the tuple \(dh, dc\), with None"):
        lstm_cell_backward(h, cache)


@pytest.mark.parametrize(("forward", "gates", "states"), [(lstm_cell_forward, 4, "hc"), (gru_cell_forward, 3, "h")])
def test_the_whole_message_of_a_cell(forward, gates, states):
    name, rows = forward.__name__, f"{gates}H"
    with pytest.raises(ShapeError) as caught:
        forward(np.ones((3, 2)), *[np.ones((3, H)) for _ in states], np.ones((H, 2)), np.ones((gates * H, H)))
    assert str(caught.value) == (
        f"{name}: {rows} is {gates * H} in the weights but 4 in w_ih.\n"
        "  x (N, D) = (3, 2)\n" + "".join(f"  {state} (N, H) = (3, 4)\n" for state in states) + f"  w_ih ({rows}, D) = (4, 2)\n"
        f"  w_hh ({rows}, H) = ({gates * H}, 4)"
    )


@pytest.mark.parametrize(("forward", "gates", "states"), [(lstm_forward, 4, "hc"), (gru_forward, 3, "h")])
def test_the_whole_message_of_a_sequence(forward, gates, states):
    rows = f"{gates}H"
    four = np.ones((gates * H, 2)), np.ones((gates * H, H)), None, np.ones(gates)
    with pytest.raises(ShapeError) as caught:
        forward(np.ones((3, 6, 2)), *[None for _ in states], np.ones((3, 6), bool), *four)
    assert str(caught.value) == (
        f"{forward.__name__}: {rows} is {gates * H} in the weights but {gates} in b_hh_l0.\n"
        "  x (N, T, D) = (3, 6, 2)\n"
        "  mask (N, T) = (3, 6)\n"
        f"  w_ih_l0 ({rows}, D) = ({gates * H}, 2)\n"
        f"  w_hh_l0 ({rows}, H) = ({gates * H}, 4)\n"
        f"  b_hh_l0 ({rows},) = ({gates},)"
    )
