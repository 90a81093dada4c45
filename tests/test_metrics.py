"""Metrics: worked numbers, the papers' own examples, scikit-learn as a second opinion, and messages."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlkit.errors import ShapeError
from dlkit.metrics import (
    accuracy,
    bits_per_character,
    bleu,
    clipped_matches,
    confusion_matrix,
    iou,
    iou_from_confusion,
    mean_iou,
    perplexity,
    psnr,
    top_k_accuracy,
)

PREDICTED, TARGET = np.array([0, 1, 2, 1, 0, 2, 2]), np.array([0, 1, 1, 1, 2, 2, 0])
SCORES = np.array([[0.1, 0.5, 0.4], [0.2, 0.3, 0.5], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]])


def test_worked_accuracy():
    assert accuracy(PREDICTED, TARGET) == 4 / 7
    assert accuracy(PREDICTED.reshape(7, 1), TARGET.reshape(7, 1)) == 4 / 7
    right = np.array([2, 0, 0, 2])
    assert [top_k_accuracy(SCORES, right, k=k) for k in (1, 2, 3)] == [0.5, 0.75, 1]
    assert accuracy(SCORES.argmax(axis=1), right) == 0.5


def test_equal_scores_earn_no_full_marks():
    target = np.arange(4)
    assert top_k_accuracy(np.zeros((4, 4)), target, k=1) == accuracy(np.zeros((4, 4)).argmax(axis=1), target) == 0.25
    assert top_k_accuracy(np.zeros((4, 4)), target, k=3) == 0.75


def test_worked_confusion_and_overlap():
    matrix = confusion_matrix(PREDICTED, TARGET, num_classes=4)
    assert matrix.tolist() == [[1, 0, 1, 0], [0, 2, 1, 0], [1, 0, 1, 0], [0, 0, 0, 0]]
    ious = iou(PREDICTED, TARGET, num_classes=4)
    np.testing.assert_allclose(ious, [1 / 3, 2 / 3, 1 / 4, np.nan])
    np.testing.assert_array_equal(iou_from_confusion(matrix), ious)
    assert mean_iou(ious) == pytest.approx((1 / 3 + 2 / 3 + 1 / 4) / 3)
    assert iou(np.array([0, 0]), np.array([1, 1]), num_classes=2).tolist() == [0, 0]
    assert confusion_matrix(np.zeros(0, int), np.zeros(0, int), num_classes=2).tolist() == [[0, 0], [0, 0]]


def test_two_squares_that_overlap():
    first, second = np.zeros((2, 4, 4), np.uint8)
    first[:2, :2] = second[1:3, 1:3] = 1
    np.testing.assert_allclose(iou(first, second, num_classes=2), [9 / 15, 1 / 7])


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 40), classes=st.integers(2, 6))
def test_scikit_learn_agrees(seed, n, classes):
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    predicted, target = rng.integers(0, classes, (2, n))
    labels = np.arange(classes)
    assert accuracy(predicted, target) == pytest.approx(metrics.accuracy_score(target, predicted))
    matrix = confusion_matrix(predicted.astype(np.uint8), target.astype(np.uint64), num_classes=classes)
    np.testing.assert_array_equal(matrix, metrics.confusion_matrix(target, predicted, labels=labels))
    ious = iou(predicted, target, num_classes=classes)
    theirs = metrics.jaccard_score(target, predicted, labels=labels, average=None, zero_division=0)
    np.testing.assert_allclose(np.nan_to_num(ious), theirs)
    scores = rng.standard_normal((n, classes))
    k = int(rng.integers(1, classes)) if classes > 2 else 1
    wanted = (
        metrics.top_k_accuracy_score(target, scores, k=k, labels=labels)
        if classes > 2
        else metrics.accuracy_score(target, scores.argmax(axis=1))
    )
    assert top_k_accuracy(scores, target, k=k) == pytest.approx(wanted)


def test_batches_are_added_as_matrices():
    matrices = [confusion_matrix(PREDICTED[part], TARGET[part], num_classes=3) for part in (slice(0, 3), slice(3, 7))]
    np.testing.assert_array_equal(iou_from_confusion(sum(matrices)), iou(PREDICTED, TARGET, num_classes=3))


def test_worked_psnr():
    x = np.zeros((2, 3, 3))
    assert psnr(x + 0.1, x) == pytest.approx(20)
    assert psnr(x + 0.1, x, peak=2.0) == pytest.approx(20 + 20 * math.log10(2))
    assert psnr(x, x) == math.inf
    assert psnr(x.astype(np.float32) + np.float32(0.5), x.astype(np.float32)) == pytest.approx(10 * math.log10(4))
    dark, light = np.full((4, 4), 3, np.uint8), np.full((4, 4), 5, np.uint8)
    assert psnr(dark, light) == psnr(light, dark) == pytest.approx(10 * math.log10(255**2 / 4))


def test_worked_likelihood():
    assert perplexity(math.log(27)) == pytest.approx(27)
    assert bits_per_character(math.log(32)) == pytest.approx(5)
    assert (perplexity(0), bits_per_character(0)) == (1, 0)
    assert perplexity(np.float32(1e4)) == math.inf
    assert 2 ** bits_per_character(1.7) == pytest.approx(perplexity(1.7))


def words(sentence):
    return sentence.split()


CAT = words("the the the the the the the"), [words("the cat is on the mat"), words("there is a cat on the mat")]
PARTY = [
    words("it is a guide to action that ensures that the military will forever heed party commands"),
    words("it is the guiding principle which guarantees the military forces always being under the command of the party"),
    words("it is the practical guide for the army always to heed the directions of the party"),
]
GUIDE = words("it is a guide to action which ensures that the military always obeys the commands of the party")
TROOPS = words("it is to insure the troops forever hearing the activity guidebook that party direct")


@pytest.mark.parametrize(("candidate", "references", "n", "counts"), [
    (*CAT, 1, (2, 7)), (*CAT, 2, (0, 6)),
    (GUIDE, PARTY, 1, (17, 18)), (GUIDE, PARTY, 2, (10, 17)),
    (TROOPS, PARTY, 1, (8, 14)), (TROOPS, PARTY, 2, (1, 13)),
    (["of", "the"], PARTY, 1, (2, 2)), (["of", "the"], PARTY, 2, (1, 1)), (["of", "the"], PARTY, 3, (0, 0)),
])  # fmt: skip
def test_precisions_of_the_bleu_paper(candidate, references, n, counts):
    assert clipped_matches(candidate, references, n) == counts


def test_worked_bleu():
    # Four-word runs: of the 15 in GUIDE four are in a reference; the nearest reference has 18 words, as GUIDE has.
    precisions = [clipped_matches(GUIDE, PARTY, n) for n in (1, 2, 3, 4)]
    assert precisions == [(17, 18), (10, 17), (7, 16), (4, 15)]
    assert bleu([GUIDE], [PARTY]) == pytest.approx((17 / 18 * 10 / 17 * 7 / 16 * 4 / 15) ** 0.25)
    assert bleu([TROOPS], [PARTY]) == 0
    assert bleu([CAT[0]], [CAT[1]], max_order=1) == pytest.approx(2 / 7)
    assert bleu([PARTY[1]], [PARTY]) == 1
    assert bleu([[3, 1, 4]], [[[3, 1, 5]]], max_order=2) == pytest.approx((2 / 3 * 1 / 2) ** 0.5)  # tokens may be numbers


def test_brevity_is_punished():
    six = words("one two three four five six")
    assert bleu([six[:5]], [[six]]) == pytest.approx(math.exp(1 - 6 / 5))
    assert bleu([six + six], [[six]], max_order=1) == 0.5
    assert bleu([six[:2]], [[six[:3], six]], max_order=1) == pytest.approx(math.exp(1 - 3 / 2))  # the nearest in length
    assert bleu([six[:5]], [[six, six[:4]]], max_order=1) == 1  # four and six words are as near to five: the shorter
    assert bleu([[]], [[six]]) == 0


def test_bleu_adds_counts_before_it_divides():
    candidates, references = [["a", "b"], ["c"]], [[["a", "b"]], [["d"]]]
    assert bleu(candidates, references, max_order=1) == pytest.approx(2 / 3)
    assert bleu(candidates[::-1], references[::-1], max_order=1) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: accuracy(PREDICTED, TARGET[:6]),
     "accuracy: predicted and target must have one shape.\n  predicted = (7,)\n  target = (6,)"),
    (lambda: accuracy(TARGET[:0], TARGET[:0]), "accuracy: target is empty, shape (0,); there is nothing to count"),
    (lambda: accuracy(SCORES, TARGET[:4]), "accuracy: predicted holds scores, not classes; try predicted.argmax(axis=1)"),
    (lambda: accuracy([1], TARGET), "accuracy: predicted is a list, not a NumPy array; try np.asarray(predicted)"),
    (lambda: top_k_accuracy(SCORES, TARGET[:4], k=4), "top_k_accuracy: k is 4, but there are only 3 classes"),
    (lambda: top_k_accuracy(SCORES, np.array([0, 1, 3, 0]), k=1),
     "top_k_accuracy: target[2] is 3, but K is 3: give 0 to 2"),
    (lambda: top_k_accuracy(SCORES, TARGET, k=1),
     "top_k_accuracy: N is 4 in scores but 7 in target.\n  scores (N, K) = (4, 3)\n  target (N,) = (7,)"),
    (lambda: confusion_matrix(PREDICTED, TARGET, num_classes=2),
     "confusion_matrix: predicted[2] is 2, but num_classes is 2: give 0 to 1"),
    (lambda: iou(PREDICTED, -TARGET, num_classes=3), "iou: target[1] is -1, but num_classes is 3: give 0 to 2"),
    (lambda: iou_from_confusion(np.ones((2, 3), int)),
     "iou_from_confusion: K is 2 in matrix but 3 in matrix.\n  matrix (K, K) = (2, 3)"),
    (lambda: mean_iou(np.full(3, np.nan)), "mean_iou: no class occurs, there is nothing to average"),
    (lambda: psnr(np.ones((2, 3)), np.ones(3)), "psnr: x and target must have one shape.\n  x = (2, 3)\n  target = (3,)"),
    (lambda: psnr(np.ones(2), np.ones(2, np.uint8)),
     "psnr: target holds uint8, not floating-point numbers; try target.astype(np.float64)"),
    (lambda: psnr(np.ones(0), np.ones(0)), "psnr: x is empty, shape (0,); there is nothing to compare"),
    (lambda: psnr(np.ones(2), np.ones(2), peak=0),
     "psnr: peak is 0; give the brightest value there can be, such as 1 or 255"),
    (lambda: perplexity(-0.1), "perplexity: loss is -0.1; at least 0 is allowed"),
    (lambda: bits_per_character("1"), "bits_per_character: loss is '1'; give a number"),
    (lambda: bleu(["a b"], [[["a", "b"]]]), "bleu: a candidate must be a list of words, not 'a b'; try .split()"),
    (lambda: bleu([["a", "b"]], [["a b"]]), "bleu: a reference must be a list of words, not 'a b'; try .split()"),
    (lambda: bleu([["a", "b"]], []), "bleu: there are 1 candidates but references for 0"),
    (lambda: bleu([], []), "bleu: there is no candidate"),
    (lambda: bleu([["a", "b"]], [[]]), "bleu: there is no reference for ['a', 'b']"),
    (lambda: bleu([["a"]], [[["a"]]], max_order=0), "bleu: max_order is 0; the smallest allowed is 1"),
    (lambda: clipped_matches("a b", [["a"]], 1),
     "clipped_matches: a candidate must be a list of words, not 'a b'; try .split()"),
])  # fmt: skip
def test_whole_messages(call, message):
    with pytest.raises((ShapeError, ValueError, TypeError)) as caught:
        call()
    assert str(caught.value) == message
