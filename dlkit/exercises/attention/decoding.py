"""From a model that gives one distribution at a time to a whole answer: greedy decoding and beam search."""

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
        return self.logp[state, token].copy(), (3 * state + int(token) + 1) % len(self.logp)

    def __repr__(self) -> str:
        """What the verdict shows of it."""
        return f"<a decoder of {self.logp.shape[1]} symbols>"


def _table(rng: np.random.Generator, states: int, symbols: int, eos: int, keen: float) -> Table:
    scores = 1.5 * rng.standard_normal((states, symbols, symbols))
    scores[..., eos] += keen
    return Table(scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True)))


# --- greedy_decode


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


def _decoders(rng: np.random.Generator) -> list[Call]:
    """Some end by themselves, some are cut off, none is empty; the last one is one symbol long."""
    ended, cut, one = [], [], []
    while len(ended) < 4 or len(cut) < 3 or not one:
        states, symbols, longest = int(rng.integers(5, 12)), int(rng.integers(4, 8)), int(rng.integers(4, 9))
        bos, eos = (int(s) for s in rng.permutation(symbols)[:2])
        call = Call((_table(rng, states, symbols, eos, 0.6), int(rng.integers(1, states)), bos, eos, longest))
        found, more = _right(*call.args), _right(*call.args[:4], longest + 1)
        if len(found) == 1 and len(more) == 1:
            one.append(call)
        elif len(found) == longest and len(more) > longest:
            cut.append(call)
        elif 1 < len(found) < longest and len(more) == len(found):
            ended.append(call)
    return [*ended[:4], *cut[:3], one[0]]


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
            "The end symbol was written down like any other, and decoding went on. It ends the answer.",
        ),
        Mistake(
            "end symbol skipped",
            _skips,
            "The end symbol was left out, but decoding went on behind it. It ends the answer.",
        ),
        Mistake(
            "stops at the start symbol",
            lambda *args: _greedy(*args, stop=args[2]),
            "Decoding stopped where the start symbol came up, not the end symbol: bos and eos are exchanged.",
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


# --- beam_search


def _beam(
    step, state, bos, eos, longest, width, *,
    rank=lambda total, logp, length: total, add=lambda total, logp: total + logp, best=max, branch=None,
    whose=lambda mine, first: mine, finished=True, count=lambda width: width,
):  # fmt: skip
    """Beam search with every step open to a mistake. A hypothesis: rank, total, tokens, last symbol, state, whether ended."""
    beam = [(0.0, 0.0, [], bos, state, False)]
    for _ in range(longest):
        grown = []
        first = beam[0][4]
        for hypothesis in beam:
            _, total, tokens, token, state, ended = hypothesis
            if ended:
                grown += [hypothesis] if finished else []
                continue
            logp, new = step(token, whose(state, first))
            for symbol in range(len(logp)) if branch is None else branch(logp):
                end, t = symbol == eos, add(total, float(logp[symbol]))
                longer = tokens if end else [*tokens, int(symbol)]
                grown.append((rank(t, float(logp[symbol]), len(tokens) + 1), t, longer, int(symbol), new, end))
        if not grown:
            break
        beam = sorted(grown, key=lambda hypothesis: -hypothesis[0])[: count(width)]
        if all(hypothesis[5] for hypothesis in beam):
            break
    found = best(beam, key=lambda hypothesis: hypothesis[0])
    return np.array(found[2], dtype=int), found[1]


def _search(step, state, bos, eos, longest, width):
    return _beam(step, state, bos, eos, longest, width)


def _bad(**how):
    return lambda step, state, bos, eos, longest, width: _beam(step, state, bos, eos, longest, width, **how)


def _with_end(step, state, bos, eos, longest, width):
    tokens, total = _search(step, state, bos, eos, longest, width)
    return np.append(tokens, eos) if len(tokens) < longest else tokens, total


def _on_and_on(step, state, bos, eos, longest, width):
    return _beam(step, state, bos, -1, longest, width)


def _first_to_end(step, state, bos, eos, longest, width):
    for stop in range(1, longest + 1):
        beam = _beam_at(step, state, bos, eos, stop, width)
        done = [hypothesis for hypothesis in beam if hypothesis[3]]
        if done:
            found = max(done, key=lambda hypothesis: hypothesis[0])
            return np.array(found[1], dtype=int), found[0]
    found = beam[0]
    return np.array(found[1], dtype=int), found[0]


def _beam_at(step, state, bos, eos, stop, width):
    """The beam after so many steps: total, tokens, state and whether ended, the best first."""
    beam = [(0.0, [], (bos, state), False)]
    for _ in range(stop):
        grown = []
        for total, tokens, (token, state), ended in beam:
            if ended:
                grown.append((total, tokens, (token, state), True))
                continue
            logp, new = step(token, state)
            for symbol, p in enumerate(logp):
                longer = tokens if symbol == eos else [*tokens, symbol]
                grown.append((total + float(p), longer, (symbol, new), symbol == eos))
        beam = sorted(grown, key=lambda hypothesis: -hypothesis[0])[:width]
    return beam


_BEAM_WRONG = {
    "greedy": _bad(count=lambda width: 1),
    "one too few": _bad(count=lambda width: max(1, width - 1)),
    "one too many": _bad(count=lambda width: width + 1),
    "last": _bad(rank=lambda total, logp, length: logp),
    "mean": _bad(rank=lambda total, logp, length: total / length),
    "sum": _bad(add=lambda total, logp: total + float(np.exp(logp))),
    "worst": _bad(best=min),
    "own best": _bad(branch=lambda logp: [int(np.argmax(logp))]),
    "states": _bad(whose=lambda mine, first: first),
    "first to end": _first_to_end,
    "end kept": _with_end,
    "on and on": _on_and_on,
}


def _trees(rng: np.random.Generator) -> list[Call]:
    """Draw decoders until every mistake shows on one of them, and no two mistakes look alike on all."""
    calls, answers = [], []
    names = [None, *(name for name in _BEAM_WRONG if name != "own best")]  # that one is greedy, and named so
    while True:
        states, symbols = int(rng.integers(5, 9)), int(rng.integers(4, 6))
        bos, eos = (int(s) for s in rng.permutation(symbols)[:2])
        start, longest, width = int(rng.integers(1, states)), int(rng.integers(3, 5)), int(rng.integers(2, 4))
        call = Call((_table(rng, states, symbols, eos, 0.4), start, bos, eos, longest, width))
        if not 1 <= len(_search(*call.args)[0]):
            continue
        row = {name: _key(_BEAM_WRONG[name](*call.args) if name else _search(*call.args)) for name in names}
        calls.append(call), answers.append(row)
        whole = [tuple(row[name] for row in answers) for name in names]
        if len(calls) >= 4 and len(set(whole)) == len(whole):
            break
    while True:
        call = Call((_table(rng, 5, 4, 2, 0.8), 1, 0, 2, 4, 2))
        if len(_search(*call.args)[0]) == 1:
            return [*calls, call]


def _key(answer):
    return (*answer[0].tolist(), round(answer[1], 6))


beam_search = Exercise(
    name="beam_search",
    lesson=LESSON,
    reference=_search,
    inputs=_trees,
    takes="",
    returns="tokens[T] total[]",
    mistakes=(
        Mistake(
            "greedy",
            _BEAM_WRONG["greedy"],
            "This is what greedy decoding gives: only one beginning was kept, or each was extended by its likeliest symbol only.",
        ),
        Mistake(
            "one beginning too few",
            _BEAM_WRONG["one too few"],
            "width − 1 beginnings were kept after each step.",
        ),
        Mistake(
            "one beginning too many",
            _BEAM_WRONG["one too many"],
            "width + 1 beginnings were kept after each step.",
        ),
        Mistake(
            "ranked by the last step",
            _BEAM_WRONG["last"],
            "Beginnings were ranked by the log-probability of their last symbol. What counts is the whole: the sum so far.",
        ),
        Mistake(
            "ranked by the mean",
            _BEAM_WRONG["mean"],
            "Beginnings were ranked by their mean log-probability. That is sometimes done to favour long answers, but asked for "
            "is the likeliest: the largest sum.",
        ),
        Mistake(
            "probabilities added",
            _BEAM_WRONG["sum"],
            "Probabilities were added up. One symbol and another have a product of probabilities, a sum of logarithms.",
        ),
        Mistake(
            "the worst of the beam",
            _BEAM_WRONG["worst"],
            "Of what was left in the beam the unlikeliest was returned.",
        ),
        Mistake(
            "states mixed up",
            _BEAM_WRONG["states"],
            "Every beginning was continued from the state of the first one. Each has a state of its own.",
        ),
        Mistake(
            "the first to end",
            _BEAM_WRONG["first to end"],
            "The first finished answer was returned. One that is still growing may end likelier: go on until all in the beam "
            "are finished.",
        ),
        Mistake(
            "end symbol kept",
            _BEAM_WRONG["end kept"],
            "The end symbol stands in the answer. It says only that nothing more comes.",
        ),
        Mistake(
            "finished answers go on",
            _BEAM_WRONG["on and on"],
            "A beginning that had ended was extended further. The end symbol closes it; it stays in the beam as it is.",
        ),
    ),
)
