"""Keeping several beginnings of an answer at once: beam search."""

import numpy as np

from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.attention.decoding import Table, table
from dlkit.exercises.attention.dot import LESSON


def _beam(
    step, state, bos, eos, longest, width, *,
    rank=lambda total, logp, length: total, add=lambda total, logp: total + logp, best=max, branch=None,
    whose=lambda mine, first, last: mine, aside=False, count=lambda width: width, sign=-1, silent=False,
    keep=True, close=True, halt=True, write=lambda tokens, symbol: [*tokens, symbol],
):  # fmt: skip
    """Beam search with every step open to a mistake. A hypothesis: rank, total, tokens, last symbol, state, whether ended."""
    beam, done, last = [(0.0, 0.0, [], bos, state, False)], [], state
    for _ in range(longest):
        grown = []
        first = beam[0][4]
        for hypothesis in beam:
            _, total, tokens, token, state, ended = hypothesis
            if ended and close:
                grown += [hypothesis] * keep
                continue
            logp, new = step(token, whose(state, first, last))
            last = new
            for symbol in range(len(logp)) if branch is None else branch(logp):
                end = symbol == eos
                t = total if silent and end else add(total, float(logp[symbol]))
                longer = tokens if end else write(tokens, int(symbol))
                place = done if aside and end else grown
                place.append((rank(t, float(logp[symbol]), len(tokens) + 1), t, longer, int(symbol), new, end))
        beam = sorted(grown, key=lambda hypothesis: sign * hypothesis[0])[: count(width)]
        if halt and all(hypothesis[5] for hypothesis in beam):
            break
    found = best(beam + done, key=lambda hypothesis: hypothesis[0])
    return np.array(found[2], dtype=int), found[1]


def _search(step, state, bos, eos, longest, width):
    return _beam(step, state, bos, eos, longest, width)


def _bad(**how):
    return lambda step, state, bos, eos, longest, width: _beam(step, state, bos, eos, longest, width, **how)


def _append(tokens, symbol):
    """The list that all who share a beginning share, too."""
    tokens.append(symbol)
    return tokens


def _with_end(step, state, bos, eos, longest, width):
    tokens, total = _search(step, state, bos, eos, longest, width)
    return np.append(tokens, eos) if len(tokens) < longest else tokens, total


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


def _finished_only(step, state, bos, eos, longest, width):
    beam = _beam_at(step, state, bos, eos, longest, width)
    found = max([one for one in beam if one[3]] or beam, key=lambda hypothesis: hypothesis[0])
    return np.array(found[1], dtype=int), found[0]


_BEAM_WRONG = {
    "greedy": _bad(count=lambda width: 1),
    "one too few": _bad(count=lambda width: max(1, width - 1)),
    "one too many": _bad(count=lambda width: width + 1),
    "last": _bad(rank=lambda total, logp, length: logp),
    "mean": _bad(rank=lambda total, logp, length: total / length),
    "sum": _bad(add=lambda total, logp: total + float(np.exp(logp))),
    "worst": _bad(best=min),
    "own best": _bad(branch=lambda logp: [int(np.argmax(logp))]),
    "states": _bad(whose=lambda mine, first, last: first),
    "last state": _bad(whose=lambda mine, first, last: last),
    "same state": lambda *args: _bad(whose=lambda mine, first, last: args[1])(*args),
    "shared": _bad(write=_append),
    "lost": _bad(keep=False),
    "extended": _bad(close=False),
    "first to end": _first_to_end,
    "end kept": _with_end,
    "start kept": lambda *args: (np.append(args[2], _search(*args)[0]), _search(*args)[1]),
    "aside": _bad(aside=True),
    "everything": _bad(count=lambda width: 10**6),
    "ascending": _bad(sign=1),
    "silent": _bad(silent=True),
    "short": lambda *args: _search(*args[:4], args[4] - 1, args[5]),
    "long": lambda *args: _search(*args[:4], args[4] + 1, args[5]),
    "probability": lambda *args: (_search(*args)[0], float(np.exp(_search(*args)[1]))),
    "unfinished dropped": _finished_only,
    "on and on": _bad(close=False, halt=False),
}


def _garden(rng: np.random.Generator) -> Call:
    """A tree in which the answer depends on how many beginnings are kept: each further one leads to a likelier end."""
    bos, eos, x, *ends = (int(s) for s in rng.permutation(7))
    p = np.full((7, 7), 1e-3)
    p[:, bos] = 1e-12
    p[bos, x] = 1
    p[x, [*ends, eos]] = 0.26, 0.22, 0.19, 0.17, 0.15
    for symbol, end in zip(ends, (0.30, 0.45, 0.60, 0.98), strict=True):
        p[symbol] = (1 - end) / 6
        p[symbol, bos], p[symbol, eos] = 1e-12, end
    logp = np.log(p / p.sum(axis=1, keepdims=True))
    return Call((Table(np.stack([logp] * 5)), int(rng.integers(1, 5)), bos, eos, 4, 2))


_CALLS = 14  # as many as it takes, so that a verdict always counts the same number


def _trees(rng: np.random.Generator) -> list[Call]:
    """Draw decoders until every mistake shows on one of them and no two look alike on all; keep those that tell some apart."""
    names = [None, *(name for name in _BEAM_WRONG if name != "own best")]  # that one is greedy, and named so
    calls, told, call = [], {name: ((), ()) for name in names}, _garden(rng)
    while not _told_apart(told) or len(calls) < _CALLS:
        if len(_search(*call.args)[0]):
            row = {name: _key(_BEAM_WRONG[name](*call.args) if name else _search(*call.args)) for name in names}
            more = {name: tuple((*told[name][k], row[name][k]) for k in (0, 1)) for name in names}
            if _kinds(more) > _kinds(told) or _told_apart(told):
                calls.append(call)
                told = more
        states, symbols = int(rng.integers(5, 9)), int(rng.integers(5, 7))
        bos, eos = (int(s) for s in rng.permutation(symbols)[:2])
        start, longest, width = int(rng.integers(1, states)), int(rng.integers(3, 5)), int(rng.integers(2, 4))
        call = Call((table(rng, states, symbols, bos, eos, 0.4), start, bos, eos, longest, width))
    while True:
        call = Call((table(rng, 5, 4, 0, 2, 0.8), 1, 0, 2, 4, 2))
        if len(_search(*call.args)[0]) == 1:
            break
    first = next((k for k, call in enumerate(calls) if len(_search(*call.args)[0]) != 2), 0)  # two pass for tokens, total
    return [calls[first], *calls[:first], *calls[first + 1 :], call]


def _key(answer):
    return tuple(answer[0].tolist()), round(answer[1], 6)


def _kinds(told) -> int:
    """How many different rows of answers there are, of symbols and of totals."""
    return sum(len({rows[k] for rows in told.values()}) for k in (0, 1))


def _told_apart(told) -> bool:
    """Whether none looks right, and no two have the same wrong symbols or the same wrong totals."""
    wrong = [[rows[k] for rows in told.values() if rows[k] != told[None][k]] for k in (0, 1)]
    shown = all(rows != told[None] for name, rows in told.items() if name)
    return shown and all(len(rows) == len(set(rows)) for rows in wrong)


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
            "This is what greedy decoding gives: one beginning was kept, or each extended by its likeliest symbol only.",
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
            "finished beginnings lost",
            _BEAM_WRONG["lost"],
            "Beginnings that had ended were not carried into the next round. They stay in the beam as they are, and compete "
            "with the others.",
        ),
        Mistake(
            "finished beginnings extended",
            _BEAM_WRONG["extended"],
            "Beginnings that had ended were given to step once more and grew on. The end symbol closes them: no further "
            "symbol, no further logarithm.",
        ),
        Mistake(
            "a shared list of symbols",
            _BEAM_WRONG["shared"],
            "Symbols of several beginnings stand in one answer: append changes the list that all extensions of a beginning "
            "share. Each needs a list of its own.",
        ),
        Mistake(
            "one state for all",
            _BEAM_WRONG["last state"],
            "Every call of step got the state that the call before returned, whichever beginning that was for. Each beginning "
            "keeps a state of its own.",
        ),
        Mistake(
            "the first state fed every time",
            _BEAM_WRONG["same state"],
            "Every call of step got the state the search began with. Each beginning keeps the state that step returned for it.",
        ),
        Mistake(
            "ranked by the last step",
            _BEAM_WRONG["last"],
            "Beginnings were ranked by the log-probability of their last symbol. What counts is the whole: the sum so far.",
        ),
        Mistake(
            "ranked by the mean",
            _BEAM_WRONG["mean"],
            "Beginnings were ranked by their mean log-probability. That is sometimes done to favour long answers, but asked "
            "for is the likeliest: the largest sum.",
        ),
        Mistake(
            "probabilities added",
            _BEAM_WRONG["sum"],
            "Probabilities were added up. One symbol and another have a product of probabilities, a sum of logarithms.",
        ),
        Mistake(
            "the worst ones kept",
            _BEAM_WRONG["ascending"],
            "The beam was sorted the wrong way: the unlikeliest beginnings were kept. The largest sum comes first.",
        ),
        Mistake(
            "nothing cut",
            _BEAM_WRONG["everything"],
            "All beginnings were kept: width does not appear. That finds the best answer, and takes for ever with real "
            "vocabularies.",
        ),
        Mistake(
            "finished answers kept aside",
            _BEAM_WRONG["aside"],
            "Finished answers left the beam, so that others took their places. That is done, too; here they keep theirs.",
        ),
        Mistake(
            "the end symbol not counted",
            _BEAM_WRONG["silent"],
            "The log-probability of the end symbol was not added. To stop is a choice, and has its price.",
        ),
        Mistake(
            "one step too few",
            _BEAM_WRONG["short"],
            "There were longest − 1 steps.",
        ),
        Mistake(
            "one step too many",
            _BEAM_WRONG["long"],
            "There were longest + 1 steps.",
        ),
        Mistake(
            "unfinished answers dropped",
            _BEAM_WRONG["unfinished dropped"],
            "At the end only finished answers were compared. The best one left in the beam is asked for, finished or not.",
        ),
        Mistake(
            "a probability returned",
            _BEAM_WRONG["probability"],
            "The total is a probability. The sum of the logarithms is asked for.",
        ),
        Mistake(
            "start symbol kept",
            _BEAM_WRONG["start kept"],
            "The answer begins with the start symbol. That was fed to the decoder, not written by it.",
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
            "Beginnings that had ended were extended for all of longest steps. The end symbol closes them; they stay in the "
            "beam as they are, and when all have ended the search is over.",
        ),
    ),
)
