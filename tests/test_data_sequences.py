"""Texts, their vocabulary, and the sequences that are made on the spot."""

import hashlib

import numpy as np
import pytest

from dlkit.data import Vocabulary, adding_task, copy_task, load, spell_number


def test_the_names_are_the_same_on_every_machine():
    names = load("unicode_names")
    assert (len(names.train), len(names.test)) == (2856, 300)
    assert len({*names.train, *names.test}) == 3156, "no name is in both parts"
    digest = hashlib.sha256("\n".join(names.test + names.train).encode()).hexdigest()
    assert digest == "bbaf521e725831505da05f5d22b46d359b22f7473c2f7a757dad1e189e2fe4ea"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (19, "nineteen"),
        (40, "forty"),
        (312, "three hundred and twelve"),
        (1_100, "one thousand one hundred"),
        (20_045, "twenty thousand and forty five"),
        (1_000_007, "one million and seven"),
        (500_000_000, "five hundred million"),
    ],
)
def test_numbers_are_said_as_people_say_them(number, words):
    assert spell_number(number) == words == spell_number(np.int64(number))


def _value(words):
    """Read a number back from its words, by another way than it was spelled."""
    small = {spell_number(n): n for n in (*range(20), *range(20, 100, 10))}
    total = part = 0
    for word in words.split():
        if word in ("million", "thousand"):
            total, part = total + part * {"million": 10**6, "thousand": 10**3}[word], 0
        elif word == "hundred":
            part *= 100
        elif word != "and":
            part += small[word]
    return total + part


def test_number_words_mean_their_number(rng):
    for n in [*range(1200), *rng.integers(0, 10**9, 2000).tolist(), 999_999_999]:
        assert _value(spell_number(n)) == n


@pytest.mark.parametrize(("wrong", "error"), [(-1, ValueError), (10**9, ValueError), (1.5, TypeError), (True, TypeError)])
def test_a_number_that_cannot_be_said_is_refused(wrong, error):
    with pytest.raises(error, match="spell_number: n is"):
        spell_number(wrong)


def test_the_adding_task_marks_one_number_in_each_half(rng):
    x, y = adding_task(rng, 500, 9)
    assert x.shape == (500, 9, 2)
    assert y.shape == (500, 1)
    assert x.dtype == y.dtype == np.float32
    assert (x[:, :4, 1].sum(axis=1) == 1).all()
    assert (x[:, 4:, 1].sum(axis=1) == 1).all()
    assert (x[:, :, 1].sum(axis=0) > 0).all(), "every place is marked now and then"
    for sequence, total in zip(x, y[:, 0], strict=True):
        assert total == pytest.approx(sum(number for number, mark in sequence.tolist() if mark), abs=1e-6)
    assert 0.12 < ((y - 1) ** 2).mean() < 0.21  # 1/6


def test_the_copy_task_asks_for_what_was_shown(rng):
    x, target = copy_task(rng, 300, symbols=5, length=3, delay=4)
    assert x.shape == target.shape == (300, 10)
    np.testing.assert_array_equal(x[:, :3], target[:, -3:])
    assert set(x[:, :3].ravel()) == {1, 2, 3, 4, 5}
    assert (x[:, 6] == 6).all()
    assert not x[:, 3:6].any()
    assert not x[:, 7:].any()
    assert not target[:, :7].any()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda rng: adding_task(rng, 0, 5), "adding_task: n is 0"),
        (lambda rng: adding_task(rng, 3, 1), "adding_task: length is 1"),
        (lambda rng: copy_task(rng, 3, symbols=2, length=2.5, delay=1), "copy_task: length is 2.5"),
        (lambda rng: copy_task(rng, 3, symbols=2, length=2, delay=0), "copy_task: delay is 0"),
    ],
)
def test_tasks_refuse_sizes_that_make_no_sense(rng, make, message):
    with pytest.raises(ValueError, match=message):
        make(rng)


def test_characters_and_words_come_back():
    letters = Vocabulary(["abba", "cab"])
    assert letters.tokens == ["<pad>", "<bos>", "<eos>", "a", "b", "c"]
    assert len(letters) == 6
    np.testing.assert_array_equal(letters.encode(["ab", "c"], bos=True, eos=True), [[1, 3, 4, 2], [1, 5, 2, 0]])
    assert letters.decode(letters.encode(["ab", "", "cab"], bos=True, eos=True)) == ["ab", "", "cab"]
    assert letters.decode(np.array([[3, 2, 4]])) == ["a"], "nothing counts after the end"
    words = Vocabulary(["one two", "two three"], separator=" ")
    assert words.tokens[3:] == ["one", "three", "two"]
    assert words.decode(words.encode(["three two one"])) == ["three two one"]
    assert letters.encode([]).shape == (0, 0)
    assert letters.encode([]).dtype == np.int64


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (lambda v: v.encode(["abd"]), ValueError, "'d' is in none of the texts"),
        (lambda v: v.encode("ab"), TypeError, "give a list of them"),
        (lambda v: Vocabulary("ab"), TypeError, "give a list of them"),
        (lambda v: v.decode(np.array([3, 4])), ValueError, r"For a single text, give ids\[None\]"),
        (lambda v: v.decode(np.array([[3, 9]])), ValueError, "from 3 to 9"),
        (lambda v: v.decode(np.array([[3.0]])), ValueError, "dtype float64"),
        (lambda v: Vocabulary(["a"], separator=" ").encode(["<pad>"]), ValueError, "<pad>"),
    ],
)
def test_texts_that_cannot_be_turned_say_why(use, error, message):
    with pytest.raises(error, match=message):
        use(Vocabulary(["ab"]))
