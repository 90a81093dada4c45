"""Inputs for drawing a code and for its distance from the standard normal distribution."""

from dlkit.cases.case import Case


def between(low, high, *shape):
    """Numbers spread evenly."""
    return lambda rng: rng.uniform(low, high, shape)


CASES = {
    "reparameterize": [
        Case("ordinary", ((4, 3), (4, 3), (4, 3)), constants=(2,)),
        Case("smallest", ((1,), (1,), (1,)), constants=(2,)),
        Case("one number", ((), (), ()), constants=(2,)),
        Case("empty batch", ((0, 3), (0, 3), (0, 3)), constants=(2,)),
        Case("maps", ((2, 3, 5, 4), (2, 3, 5, 4), (2, 3, 5, 4)), constants=(2,)),
        Case("extreme", ((4, 3), between(-160, 160, 4, 3), (4, 3)), scale=1000.0, constants=(2,), step=1e-5),
    ],
    "gaussian_kl": [
        Case("ordinary", ((4, 3), (4, 3))),
        Case("smallest", ((1,), (1,))),
        Case("one code", ((5,), (5,))),
        Case("sequences of codes", ((2, 5, 3), (2, 5, 3))),
        Case("empty batch", ((0, 3), (0, 3))),
        Case("codes without numbers", ((4, 0), (4, 0))),
        Case("extreme", ((4, 3), between(-80, 80, 4, 3)), scale=1000.0, step=1e-5),
        Case("sum", ((4, 3), (4, 3)), {"reduction": "sum"}),
        Case("none", ((2, 5, 3), (2, 5, 3)), {"reduction": "none"}),
    ],
}

WORKLOADS = {
    "reparameterize": [Case("256×512", ((256, 512), (256, 512), (256, 512)))],
    "gaussian_kl": [Case("256×512", ((256, 512), (256, 512)))],
}


def _shape(rng, axes):
    return tuple(int(n) for n in rng.integers(1, 6, axes))


def _reparameterize(rng):
    return Case("random", (_shape(rng, rng.integers(0, 5)),) * 3, constants=(2,))


def _gaussian_kl(rng):
    return Case("random", (_shape(rng, rng.integers(1, 5)),) * 2, {"reduction": str(rng.choice(["mean", "sum", "none"]))})


RANDOM = {"reparameterize": _reparameterize, "gaussian_kl": _gaussian_kl}
