"""Who may look where: masks for padding and for the future. True means: may look."""

import numpy as np

from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.attention.dot import LESSON

# --- padding_mask


def _padding_mask(lengths, size):
    return (np.arange(size) < lengths[:, None])[:, None]


def _batches(rng: np.random.Generator) -> list[Call]:
    calls = []
    for n, size in ((3, 5), (4, 7), (5, 6), (2, 9)):
        lengths = rng.integers(2, size - 1, n)
        lengths[rng.permutation(n)[:2]] = 1, size  # the shortest, and one without padding
        calls.append(Call((lengths, size)))
    spare = rng.integers(2, 5, 3)
    spare[0], spare[1] = 2, 4
    return [*calls, Call((spare, 7)), Call((np.array([3]), 4))]  # every one padded; a single one


def _masked(rule):
    """A mask of the right shape from another rule on place, length and size."""
    return lambda lengths, size: rule(np.arange(size), lengths[:, None], size)[:, None]


padding_mask = Exercise(
    name="padding_mask",
    lesson=LESSON,
    reference=_padding_mask,
    inputs=_batches,
    takes="lengths[N]",
    returns="mask[N 1 S]",
    mistakes=(
        Mistake(
            "the wrong way round",
            _masked(lambda s, length, size: s >= length),
            "True stands at the padding. In this course True means: may look.",
        ),
        Mistake(
            "the wrong way round, and one off",
            _masked(lambda s, length, size: s > length),
            "True stands at the padding, and its first place is missed. True means: may look. Places count from 0.",
        ),
        Mistake(
            "nothing hidden",
            _masked(lambda s, length, size: np.broadcast_to(s >= 0, (len(length), size))),
            "Every place may be looked at: the lengths do not appear.",
        ),
        Mistake(
            "one padded place hidden",
            _masked(lambda s, length, size: s != length),
            "Only the first padded place of each row is hidden. All after it are padding too.",
        ),
        Mistake(
            "hidden from the other end",
            _masked(lambda s, length, size: s < size - length),
            "As many places are hidden as there are words. It is the words that may be looked at.",
        ),
        Mistake(
            "return inside the loop",
            _masked(lambda s, length, size: (s < length) & (np.arange(len(length)) == 0)[:, None]),
            "Only the first row is filled: the function returns in the first round of its loop.",
        ),
        Mistake(
            "one place too many",
            _masked(lambda s, length, size: s <= length),
            "One padded place may be looked at. Places count from 0: of a sentence of 3 the last word stands at place 2.",
        ),
        Mistake(
            "one place too few",
            _masked(lambda s, length, size: s < length - 1),
            "The last word is hidden. Places count from 0: a sentence of 3 has the places 0, 1 and 2.",
        ),
        Mistake(
            "first word hidden",
            _masked(lambda s, length, size: (s > 0) & (s < length)),
            "Place 0 is hidden. The first word belongs to the sentence.",
        ),
        Mistake(
            "padding in front",
            _masked(lambda s, length, size: s >= size - length),
            "You hid the beginning of each row. Here the padding stands behind the words.",
        ),
        Mistake(
            "only the last word",
            _masked(lambda s, length, size: s == length - 1),
            "Only the last word may be looked at. All places before it hold words too.",
        ),
        Mistake(
            "one length for all",
            _masked(lambda s, length, size: np.broadcast_to(s < length[0], (len(length), size))),
            "Every row has the mask of the first one. Each sentence has a length of its own.",
        ),
        Mistake(
            "the longest length for all",
            _masked(lambda s, length, size: np.broadcast_to(s < length.max(), (len(length), size))),
            "Every row has the mask of the longest sentence. Each sentence has a length of its own.",
        ),
        Mistake(
            "axis of the queries missing",
            lambda lengths, size: np.arange(size) < lengths[:, None],
            "The rows are right, but beside scores of shape (N, L, S) a mask (N, S) would be read as (L, S). It needs an axis "
            "of size 1 in the middle.",
        ),
        Mistake(
            "axis on the wrong side",
            lambda lengths, size: (np.arange(size) < lengths[:, None])[:, :, None],
            "The axis of size 1 stands last. The last axis of the scores is that of the keys, and it is keys that are padding.",
        ),
        Mistake(
            "axis in front",
            lambda lengths, size: (np.arange(size) < lengths[:, None])[None],
            "The axis of size 1 stands first, where the batch belongs. It stands for the queries, in the middle.",
        ),
        Mistake(
            "a row for every query",
            lambda lengths, size: np.repeat((np.arange(size) < lengths[:, None])[:, None], size, axis=1),
            "The mask has S rows an example. One row is enough: it serves all queries, however many there are.",
        ),
        Mistake(
            "numbers to add",
            _masked(lambda s, length, size: np.where(s < length, 0.0, -np.inf)),
            "These are numbers to be added to scores. Here a mask holds True and False.",
        ),
    ),
)


# --- causal_mask


causal_mask = Exercise(
    name="causal_mask",
    lesson=LESSON,
    reference=lambda length: np.tri(length, dtype=bool),
    inputs=lambda rng: [Call((int(n),)) for n in (*(2 + rng.permutation(7))[:4], 1)],
    takes="",
    returns="mask[L L]",
    mistakes=(
        Mistake(
            "the future instead of the past",
            lambda length: np.tri(length, dtype=bool).T,
            "Place 0 may look everywhere and the last only at itself: rows are queries, columns are keys.",
        ),
        Mistake(
            "the wrong way round",
            lambda length: ~np.tri(length, dtype=bool),
            "True stands where looking is forbidden. In this course True means: may look.",
        ),
        Mistake(
            "may not see itself",
            lambda length: np.tri(length, k=-1, dtype=bool),
            "The diagonal is False. A place may look at itself; the first one has nowhere else to look.",
        ),
        Mistake(
            "one step into the future",
            lambda length: np.tri(length, k=1, dtype=bool),
            "Each place sees the one after it, and that is the answer it should give.",
        ),
        Mistake(
            "only itself",
            lambda length: np.eye(length, dtype=bool),
            "Each place sees only itself. All places before it are past, too.",
        ),
        Mistake(
            "only the one before",
            lambda length: np.eye(length, dtype=bool) | np.eye(length, k=-1, dtype=bool),
            "Each place sees itself and its neighbour. All places before it are past.",
        ),
        Mistake(
            "everything hidden",
            lambda length: np.zeros((length, length), dtype=bool),
            "All is False: nobody may look anywhere.",
        ),
        Mistake(
            "only the first row",
            lambda length: np.eye(length, dtype=bool) & (np.arange(length) == 0),
            "Only row 0 is filled: the function returns in the first round of its loop.",
        ),
        Mistake(
            "only the first place",
            lambda length: np.tile(np.arange(length) == 0, (length, 1)),
            "Every place sees only place 0. What a place may see grows from row to row.",
        ),
        Mistake(
            "rows in reverse",
            lambda length: np.tri(length, dtype=bool)[::-1],
            "Row 0 sees everything and the last row one place: the rows stand upside down.",
        ),
        Mistake(
            "columns in reverse",
            lambda length: np.tri(length, dtype=bool)[:, ::-1],
            "Row 0 sees the last place: the columns stand in reverse.",
        ),
        Mistake(
            "nothing hidden",
            lambda length: np.ones((length, length), dtype=bool),
            "Every place sees every other, the future as well.",
        ),
        Mistake(
            "numbers to add",
            lambda length: np.where(np.tri(length, dtype=bool), 0.0, -np.inf),
            "These are numbers to be added to scores. Here a mask holds True and False.",
        ),
        Mistake(
            "large numbers to add",
            lambda length: np.where(np.tri(length, dtype=bool), 0.0, -1e9),
            "These are numbers to be added to scores, a large one below zero for hidden. Here a mask holds True and False.",
        ),
        Mistake(
            "one row only",
            lambda length: np.ones(length, dtype=bool),
            "That is one row. Each query has a row of its own, (L, L) in all.",
        ),
    ),
)
