"""From a model that gives one distribution at a time to a whole answer: greedy decoding."""

from dataclasses import dataclass

import numpy as np

from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.attention.dot import LESSON


@dataclass(frozen=True)
class Table:
    """A small made-up decoder: log-probabilities by state and symbol, and a next state that depends on both.

    Attributes
    ----------
    logp : np.ndarray, shape (states, V, V)
    """

    logp: np.ndarray

    def __call__(self, token, state):
        """Give the log-probabilities of the next symbol, and the next state."""
        if not isinstance(state, int | np.integer):
            raise TypeError(f"step was given a state of type {type(state).__name__}; it returns (logp, state), in this order")
        return self.logp[state, token].copy(), (3 * state + int(token) + 1) % len(self.logp)

    def __repr__(self) -> str:
        """What the verdict shows of it."""
        return f"<a decoder of {self.logp.shape[1]} symbols>"


def table(rng: np.random.Generator, states: int, symbols: int, bos: int, eos: int, keen: float) -> Table:
    """Draw a decoder that never writes its start symbol; ``keen`` raises the score of its end symbol."""
    scores = 1.5 * rng.standard_normal((states, symbols, symbols))
    scores[..., eos] += keen
    scores[..., bos] -= 40
    return Table(scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True)))


def _greedy(
    step, state, bos, eos, longest, *,
    choose=np.argmax, last=0, feed=lambda token, bos: token, keep=lambda new, old: new, stop=None, start=(), end=False,
):  # fmt: skip
    """Greedy decoding with every step open to a mistake."""
    tokens, token = list(start), bos
    for _ in range(longest + last):
        scores, new = step(feed(token, bos), state)
        state, token = keep(new, state), int(choose(scores))
        if token == (eos if stop is None else stop):
            tokens += [token] if end else []
            break
        tokens.append(token)
    return np.array(tokens, dtype=int)


def _right(step, state, bos, eos, longest):
    return _greedy(step, state, bos, eos, longest)


def _wrong(**how):
    return lambda step, state, bos, eos, longest: _greedy(step, state, bos, eos, longest, **how)


_FOR_EVER = 150


def _decoders(rng: np.random.Generator) -> list[Call]:
    """Some end by themselves, some are cut off, none is empty; the last one is one symbol long.

    Without a limit those cut off would end, too, four symbols later or more, so that nobody has to wait for the time limit.
    """
    ended, cut, one = [], [], []
    while len(ended) < 6 or len(cut) < 4 or not one:
        states, symbols, longest = int(rng.integers(7, 14)), int(rng.integers(5, 9)), int(rng.integers(4, 8))
        bos, eos = (int(s) for s in rng.permutation(symbols)[:2])
        call = Call((table(rng, states, symbols, bos, eos, 0.3), int(rng.integers(1, states)), bos, eos, longest))
        found, more = _right(*call.args), _right(*call.args[:4], _FOR_EVER)
        if len(found) == 1 and len(more) == 1:
            one.append(call)
        elif len(found) == longest and longest + 4 <= len(more) < _FOR_EVER:
            cut.append(call)
        elif 1 < len(found) < longest and len(more) == len(found):
            ended.append(call)
    return [*ended[:6], *cut[:4], one[0]]


def _skips(step, state, bos, eos, longest):
    tokens, token = [], bos
    for _ in range(longest):
        scores, state = step(token, state)
        token = int(np.argmax(scores))
        if token != eos:
            tokens.append(token)
    return np.array(tokens, dtype=int)


def _counts_indices(step, state, bos, eos, longest):
    return np.arange(len(_right(step, state, bos, eos, longest)))


def _late(step, state, bos, eos, longest):
    tokens, before, token = [], bos, bos
    for _ in range(longest):
        scores, state = step(before, state)
        before, token = token, int(np.argmax(scores))
        if token == eos:
            break
        tokens.append(token)
    return np.array(tokens, dtype=int)


def _from_zero(scores):
    best, largest = 0, 0.0
    for symbol, score in enumerate(scores):
        if score > largest:
            best, largest = symbol, score
    return best


def _once(step, state, bos, eos, longest):
    tokens = []
    logp, _ = step(bos, state)
    for _ in range(longest):
        token = int(np.argmax(logp))
        if token == eos:
            break
        tokens.append(token)
    return np.array(tokens, dtype=int)


def _inside(step, state, bos, eos, longest):
    return _right(step, state, bos, eos, 1)


greedy_decode = Exercise(
    name="greedy_decode",
    lesson=LESSON,
    reference=_right,
    inputs=_decoders,
    takes="",
    returns="tokens[T]",
    mistakes=(
        Mistake(
            "the start symbol fed every time",
            _wrong(feed=lambda token, bos: bos),
            "Every step was given the start symbol. The decoder must be told what it wrote last.",
        ),
        Mistake(
            "step called once",
            _once,
            "step was called once, before the loop. Each new symbol needs a call of its own.",
        ),
        Mistake(
            "the end symbol fed every time",
            lambda *args: _greedy(*args, feed=lambda token, bos: args[3]),
            "Every step was given the end symbol. The first is given the start symbol, the others what was written last.",
        ),
        Mistake(
            "the state not handed on",
            _wrong(keep=lambda new, old: old),
            "Every step was given the first state: the decoder forgets what it has done. Keep the state that step returns.",
        ),
        Mistake(
            "the symbol before the last one fed",
            _late,
            "Each step was given the symbol before the last one: token is updated one step late.",
        ),
        Mistake(
            "end symbol kept",
            _wrong(end=True),
            "The end symbol stands in the answer. It says only that nothing more comes.",
        ),
        Mistake(
            "start and end symbols kept",
            lambda *args: np.concatenate([[args[2]], _greedy(*args, end=True)]),
            "The start and the end symbol stand in the answer. They are for the decoder only.",
        ),
        Mistake(
            "start symbol kept",
            lambda *args: np.concatenate([[args[2]], _right(*args)]),
            "The answer begins with the start symbol. That was fed to the decoder, not written by it.",
        ),
        Mistake(
            "never stops",
            _wrong(stop=-1),
            "Nothing stopped at the end symbol: it was written down like any other. It ends the answer. Is it eos that the new "
            "symbol is compared with?",
        ),
        Mistake(
            "end symbol skipped",
            _skips,
            "The end symbol was left out, but decoding went on behind it. It ends the answer.",
        ),
        Mistake(
            "one symbol too few",
            _wrong(last=-1),
            "Where the decoder does not stop by itself, the answer is one symbol shorter than longest.",
        ),
        Mistake(
            "one symbol too many",
            _wrong(last=1),
            "Where the decoder does not stop by itself, the answer is one symbol longer than longest.",
        ),
        Mistake(
            "longest ignored",
            lambda *args: _right(*args[:4], 10 * _FOR_EVER),
            "Decoding went on until the end symbol came, however long that took. After longest symbols it must stop.",
        ),
        Mistake(
            "return inside the loop",
            _inside,
            "The answer has one symbol at most: the function returns in the first round of its loop.",
        ),
        Mistake(
            "the worst symbol",
            _wrong(choose=np.argmin),
            "The smallest log-probability was taken, the one farthest below zero. The likeliest symbol has the largest.",
        ),
        Mistake(
            "log-probabilities below zero",
            _wrong(choose=_from_zero),
            "The search for the largest began at 0, but logarithms of probabilities lie below it: symbol 0 always wins.",
        ),
        Mistake(
            "steps instead of symbols",
            _counts_indices,
            "The answer is 0, 1, 2 …: the number of the step was stored, not the symbol.",
        ),
    ),
)
