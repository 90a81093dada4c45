"""Inputs for words as vectors."""

from dlkit.cases.case import Case, distinct_sizes


def words(*shape, vocabulary):
    """Rows of a table, some of them more than once."""
    return lambda rng: rng.integers(0, vocabulary, shape)


CASES = {
    "embedding": [
        Case("ordinary", (words(2, 5, vocabulary=4), (4, 3))),
        Case("smallest", (words(1, vocabulary=1), (1, 1))),
        Case("one word", (words(vocabulary=4), (4, 3))),
        Case("empty batch", (words(0, 5, vocabulary=4), (4, 3))),
        Case("more words than the table has rows", (words(40, vocabulary=2), (2, 5))),
        Case("words that do not occur", (words(3, vocabulary=20), (20, 4))),
        # Finite differences see that the padding's vector matters; by convention it gets no gradient all the same.
        Case("padding", (words(4, 6, vocabulary=3), (3, 5)), {"padding_idx": 1}, smooth=False),
        Case("padding from the end", (words(4, 6, vocabulary=3), (3, 5)), {"padding_idx": -1}, smooth=False),
        Case("padding in the first row", (words(4, 6, vocabulary=3), (3, 5)), {"padding_idx": 0}, smooth=False),
    ],
    "negative_sampling_loss": [
        Case("ordinary", ((3, 5), (3, 5), (3, 4, 5))),
        Case("smallest", ((1, 1), (1, 1), (1, 1, 1))),
        Case("empty batch", ((0, 5), (0, 5), (0, 4, 5))),
        Case("no negatives", ((3, 5), (3, 5), (3, 0, 5))),
        Case("extreme", ((3, 5), (3, 5), (3, 4, 5)), scale=1000.0),
        Case("scores of some forty", ((3, 5), (3, 5), (3, 4, 5)), {"reduction": "none"}, scale=4.0),
        Case("sum", ((3, 5), (3, 5), (3, 4, 5)), {"reduction": "sum"}),
        Case("none", ((3, 5), (3, 5), (3, 4, 5)), {"reduction": "none"}),
    ],
}

WORKLOADS = {
    "embedding": [Case("64×128 words of 10,000×256", (words(64, 128, vocabulary=10_000), (10_000, 256)))],
    "negative_sampling_loss": [Case("1024×128, 5 negatives", ((1024, 128), (1024, 128), (1024, 5, 128)))],
}


def _embedding(rng):
    v, d = distinct_sizes(rng, 2, 1, 8)
    shape = tuple(int(n) for n in rng.integers(0, 5, rng.integers(0, 4)))
    options = {"padding_idx": int(rng.integers(-v, v))} if rng.random() < 0.5 else {}
    return Case("random", (words(*shape, vocabulary=v), (v, d)), options, smooth=not options)


def _negative_sampling_loss(rng):
    n, k, d = distinct_sizes(rng, 3, 1, 7)
    return Case("random", ((n, d), (n, d), (n, k, d)), {"reduction": str(rng.choice(["mean", "sum", "none"]))})


RANDOM = {"embedding": _embedding, "negative_sampling_loss": _negative_sampling_loss}
