"""Inputs for the losses of a generator and its discriminator."""

from dlkit.cases.case import Case

CASES = {
    "discriminator_loss": [
        Case("ordinary", ((4, 3), (4, 3))),
        Case("smallest", ((1,), (1,))),
        Case("one number", ((), ())),
        Case("empty batch", ((0, 1), (0, 1))),
        Case("extreme", ((4, 3), (4, 3)), scale=1000.0),
        Case("logits of some forty", ((4, 3), (4, 3)), {"reduction": "none"}, scale=20.0),
        Case("sum", ((4, 3), (4, 3)), {"reduction": "sum"}),
        Case("none", ((4, 3), (4, 3)), {"reduction": "none"}),
    ],
    "generator_loss": [
        Case("ordinary", ((4, 3),)),
        Case("smallest", ((1,),)),
        Case("one number", ((),)),
        Case("empty batch", ((0, 1),)),
        Case("extreme", ((4, 3),), scale=1000.0),
        Case("sum", ((4, 3),), {"reduction": "sum"}),
        Case("none", ((4, 3),), {"reduction": "none"}),
        Case("minimax", ((4, 3),), {"form": "minimax"}),
        Case("minimax, extreme", ((4, 3),), {"form": "minimax"}, scale=1000.0),
        Case("everything", ((5, 2, 3),), {"form": "minimax", "reduction": "none"}),
    ],
}

WORKLOADS = {
    "discriminator_loss": [Case("64×1×30²", ((64, 1, 30, 30), (64, 1, 30, 30)))],
    "generator_loss": [Case("64×1×30²", ((64, 1, 30, 30),))],
}


def _options(rng):
    shape = tuple(int(n) for n in rng.integers(1, 6, rng.integers(0, 5)))
    return shape, {"reduction": str(rng.choice(["mean", "sum", "none"]))}


def _discriminator_loss(rng):
    shape, options = _options(rng)
    return Case("random", (shape, shape), options)


def _generator_loss(rng):
    shape, options = _options(rng)
    return Case("random", (shape,), options | {"form": str(rng.choice(["non_saturating", "minimax"]))})


RANDOM = {"discriminator_loss": _discriminator_loss, "generator_loss": _generator_loss}
