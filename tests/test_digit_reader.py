"""The network that judges other networks' pictures reads digits itself, and its word is counted rightly."""

import numpy as np
import pytest

from dlkit.data import load
from dlkit.errors import ShapeError
from dlkit.metrics import judge_generated


@pytest.fixture(scope="module")
def reader():
    pytest.importorskip("torch")
    from dlkit.digit_reader import DigitReader

    return DigitReader()


def test_it_reads_the_test_digits_and_knows_how_well(reader):
    data = load("digits")
    p = reader.probabilities(data.x_test)
    assert p.shape == (360, 10)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)
    assert reader.accuracy == (p.argmax(axis=1) == data.y_test).mean()
    assert reader.accuracy >= 0.97


def test_it_is_surer_of_digits_than_of_noise(reader, rng):
    digits = judge_generated(reader.probabilities(load("digits").x_test))
    noise = judge_generated(reader.probabilities(rng.random((300, 1, 8, 8))))
    assert digits.sure > 0.9 > 0.6 > noise.sure
    assert digits.classes == 10 > noise.classes


def test_the_random_state_of_the_lesson_is_not_disturbed():
    torch = pytest.importorskip("torch")
    from dlkit.digit_reader import DigitReader

    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    one, other = (DigitReader(3, epochs=1) for _ in range(2))
    assert torch.equal(before, torch.random.get_rng_state())
    assert repr(one) == repr(other)


def test_images_of_another_shape_are_refused(reader):
    with pytest.raises(ShapeError, match=r"reshape\(-1, 1, 8, 8\)"):
        reader.probabilities(np.zeros((5, 64)))


def test_the_sure_ones_are_counted_and_spread_over_their_classes():
    p = np.array([[0.95, 0.05, 0], [0.9, 0, 0.1], [0, 0.92, 0.08], [0.5, 0.3, 0.2]])
    sure, shares, classes = judge_generated(p)
    assert sure == 0.75
    np.testing.assert_allclose(shares, [2 / 3, 1 / 3, 0])
    assert classes == 2
    assert judge_generated(p, sure=0.93)[::2] == (0.25, 1)
    assert judge_generated(np.full((4, 5), 0.2)).classes == 0, "sure of nothing"


@pytest.mark.parametrize(
    ("p", "error", "message"),
    [
        (np.ones(3), ShapeError, r"\(N, K\)"),
        (np.ones((0, 3)), ShapeError, "at least one picture"),
        (np.array([[3.0, -2.0]]), ValueError, "Use softmax"),
        (np.array([[3.0, 2.0]]), ValueError, "Use softmax"),
    ],
)
def test_what_is_no_table_of_probabilities_is_refused(p, error, message):
    with pytest.raises(error, match=message):
        judge_generated(p)
    with pytest.raises(ValueError, match=r"sure is 1\.5"):
        judge_generated(np.array([[1.0]]), sure=1.5)
