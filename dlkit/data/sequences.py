"""Sequences made on the spot: number words, and two tasks that cannot be solved without a memory."""

import numpy as np

_SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ((1_000_000, "million"), (1_000, "thousand"))


def spell_number(n: int) -> str:
    """Say a number in English words, with "and" where British English has it: 312 is "three hundred and twelve".

    Parameters
    ----------
    n : int
        From 0 to 999,999,999.

    Returns
    -------
    str
        Lower-case words with single spaces between them.

    Raises
    ------
    TypeError
        When n is not a whole number.
    ValueError
        When n is outside the range.
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer):
        raise TypeError(f"spell_number: n is {n!r}; it must be a whole number such as 312.")
    if not 0 <= n <= 999_999_999:
        raise ValueError(f"spell_number: n is {n:,}; it must lie between 0 and 999,999,999.")
    n, words = int(n), []
    for size, name in _SCALES:
        if n >= size:
            words += [_below_thousand(n // size), name]
            n %= size
    if words and 0 < n < 100:
        words.append("and")
    if n or not words:
        words.append(_below_thousand(n))
    return " ".join(words)


def _below_thousand(n):
    if n < 20:
        return _SMALL[n]
    if n < 100:
        return " ".join([_TENS[n // 10 - 2], *([_SMALL[n % 10]] if n % 10 else [])])
    return f"{_SMALL[n // 100]} hundred" + (f" and {_below_thousand(n % 100)}" if n % 100 else "")


def adding_task(rng: np.random.Generator, n: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Make sequences of random numbers of which two are marked, one in each half; their sum is asked for at the end.

    Always answering 1 makes a mean squared error of 1/6: the variance of the sum of two numbers drawn from 0..1.

    Parameters
    ----------
    rng : np.random.Generator
        Where the numbers and the marks come from.
    n : int
        Sequences.
    length : int
        Steps in a sequence, at least 2.

    Returns
    -------
    x : np.ndarray, shape (N, T, 2), float32
        At each step a number in 0..1 and a mark, 0 or 1.
    y : np.ndarray, shape (N, 1), float32
        The sum of the two marked numbers.

    Raises
    ------
    ValueError
        When a sequence is shorter than 2 steps or there is none.

    Source: S. Hochreiter and J. Schmidhuber, Long short-term memory, 1997, experiment 4.
    """
    _at_least("adding_task", n=(n, 1), length=(length, 2))
    x = np.zeros((n, length, 2), np.float32)
    x[:, :, 0] = rng.random((n, length), np.float32)
    rows = np.arange(n)
    for start, stop in ((0, length // 2), (length // 2, length)):
        x[rows, rng.integers(start, stop, n), 1] = 1
    return x, (x[:, :, 0] * x[:, :, 1]).sum(axis=1, keepdims=True)


def copy_task(rng: np.random.Generator, n: int, *, symbols: int, length: int, delay: int) -> tuple[np.ndarray, np.ndarray]:
    """Make sequences that must be repeated after a delay: some symbols, blanks, a signal, then blanks to answer in.

    0 is the blank, 1..symbols are the symbols, symbols + 1 is the signal. T = length + delay + length, and the signal stands on
    the last step of the delay. The target is blank until the signal, and the symbols in their order after it.

    Parameters
    ----------
    rng : np.random.Generator
        Where the symbols come from.
    n : int
        Sequences.
    symbols : int
        How many different symbols there are.
    length : int
        Symbols to remember in each sequence.
    delay : int
        Steps between the last symbol and the first answer, at least 1.

    Returns
    -------
    x, target : np.ndarray, shape (N, T), int64
        What is shown and what is to be said at each step.

    Raises
    ------
    ValueError
        When a number is smaller than 1.

    Source: S. Hochreiter and J. Schmidhuber, Long short-term memory, 1997; in this form M. Arjovsky, A. Shah and Y. Bengio,
    Unitary evolution recurrent neural networks, 2016.
    """
    _at_least("copy_task", n=(n, 1), symbols=(symbols, 1), length=(length, 1), delay=(delay, 1))
    shown = rng.integers(1, symbols + 1, (n, length))
    x = np.zeros((n, 2 * length + delay), np.int64)
    target = np.zeros_like(x)
    x[:, :length], target[:, -length:] = shown, shown
    x[:, length + delay - 1] = symbols + 1
    return x, target


def _at_least(function, **numbers):
    for name, (value, smallest) in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < smallest:
            raise ValueError(f"{function}: {name} is {value!r}; it must be a whole number of at least {smallest}.")
