"""Inputs for a layer of neurons."""

from dlkit.cases.case import Case, distinct_sizes

CASES = {
    "linear": [
        Case("ordinary", ((5, 3), (4, 3), (4,))),
        Case("no bias", ((5, 3), (4, 3), None)),
        Case("smallest", ((1, 1), (1, 1), (1,))),
        Case("empty batch", ((0, 3), (4, 3), (4,))),
        Case("sequences", ((2, 6, 3), (4, 3), (4,))),
        Case("one example", ((3,), (4, 3), (4,))),
        Case("extreme", ((5, 3), (4, 3), (4,)), scale=1000.0),
    ],
}

WORKLOADS = {
    "linear": [Case("1024×768→3072", ((1024, 768), (3072, 768), (3072,)), flops=3 * 2 * 1024 * 768 * 3072)],
}


def _linear(rng):
    n, d_in, d_out = distinct_sizes(rng, 3, 1, 7)
    return Case("random", ((n, d_in), (d_out, d_in), (d_out,) if rng.random() < 0.7 else None))


RANDOM = {"linear": _linear}
