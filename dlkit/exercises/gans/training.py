"""One step of the game for two linear players."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.gans.densities import LESSON
from dlkit.exercises.gans.detective import sigmoid


def _detective(v, c, real, fake, eta, of_real=lambda s: -sigmoid(-s), of_fake=sigmoid):
    """The discriminator's step; the slopes of an example along its logit may be replaced."""
    dreal, dfake = of_real(real @ v + c) / len(real), of_fake(fake @ v + c) / len(fake)
    return v - eta * (real.T @ dreal + fake.T @ dfake), c - eta * (dreal.sum() + dfake.sum())


def _forger(w, b, v, c, z, eta, slope=lambda s: -sigmoid(-s), *, through=None):
    """The generator's step; ``through`` is the v that the gradient comes back through."""
    ds = slope((z @ w.T + b) @ v + c) / len(z)  # (N,)
    dx = np.outer(ds, v if through is None else through)  # (N, D)
    return w - eta * dx.T @ z, b - eta * dx.sum(axis=0)


def _step(w, b, v, c, real, z_d, z_g, eta):
    v, c = _detective(v, c, real, z_d @ w.T + b, eta)
    w, b = _forger(w, b, v, c, z_g, eta)
    return w, b, v, c


def _with(detective=_detective, forger=_forger):
    """A step in which one of the two moves otherwise."""

    def wrong(w, b, v, c, real, z_d, z_g, eta):
        v, c = detective(v, c, real, z_d @ w.T + b, eta)
        return *forger(w, b, v, c, z_g, eta), v, c

    return wrong


def _old_discriminator(w, b, v, c, real, z_d, z_g, eta):
    return *_forger(w, b, v, c, z_g, eta), *_detective(v, c, real, z_d @ w.T + b, eta)


def _old_v_on_the_way_back(w, b, v, c, real, z_d, z_g, eta):
    after = _detective(v, c, real, z_d @ w.T + b, eta)
    return *_forger(w, b, *after, z_g, eta, through=v), *after


def _same_noise(w, b, v, c, real, z_d, z_g, eta):
    v, c = _detective(v, c, real, z_d @ w.T + b, eta)
    return *_forger(w, b, v, c, z_d, eta), v, c


def _noises_exchanged(w, b, v, c, real, z_d, z_g, eta):
    return _step(w, b, v, c, real, z_g, z_d, eta)


def _not_detached(w, b, v, c, real, z_d, z_g, eta):
    after = _detective(v, c, real, z_d @ w.T + b, eta)
    w, b = _forger(w, b, v, c, z_d, eta, sigmoid)  # the discriminator's loss reaches the generator
    return *_forger(w, b, *after, z_g, eta), *after


def _moves_both(w, b, v, c, real, z_d, z_g, eta):
    v, c = _detective(v, c, real, z_d @ w.T + b, eta)
    fake = z_g @ w.T + b
    ds = -sigmoid(-(fake @ v + c)) / len(fake)
    return *_forger(w, b, v, c, z_g, eta), v - eta * fake.T @ ds, c - eta * ds.sum()


def _accumulated(w, b, v, c, real, z_d, z_g, eta):
    """The slopes of both losses along w and b, added up and applied in one step."""
    fake = z_d @ w.T + b
    after = _detective(v, c, real, fake, eta)
    first, second = _forger(w, b, v, c, z_d, eta, sigmoid), _forger(w, b, *after, z_g, eta)
    return first[0] + second[0] - w, first[1] + second[1] - b, *after


def _slope_of_w_by_z_d(w, b, v, c, real, z_d, z_g, eta):
    after = _detective(v, c, real, z_d @ w.T + b, eta)
    ds = -sigmoid(-((z_g @ w.T + b) @ after[0] + after[1])) / len(z_g)
    return w - eta * np.outer(ds, after[0]).T @ z_d, _forger(w, b, *after, z_g, eta)[1], *after


def _old_c(w, b, v, c, real, z_d, z_g, eta):
    after = _detective(v, c, real, z_d @ w.T + b, eta)
    return *_forger(w, b, after[0], c, z_g, eta), *after


def _old_v(w, b, v, c, real, z_d, z_g, eta):
    after = _detective(v, c, real, z_d @ w.T + b, eta)
    return *_forger(w, b, v, after[1], z_g, eta), *after


def _one_loss(w, b, v, c, real, z_d, z_g, eta):
    return *_forger(w, b, v, c, z_d, eta, sigmoid), *_detective(v, c, real, z_d @ w.T + b, eta)


def _half(real_too, fake_too):
    def detective(v, c, real, fake, eta):
        return _detective(
            v, c, real, fake, eta, lambda s: -real_too * sigmoid(-s), lambda s: fake_too * sigmoid(s)
        )

    return detective


def _c_averaged(v, c, real, fake, eta):
    moved = _detective(v, c, real, fake, eta)
    return moved[0], c - (c - moved[1]) / len(real)


def _b_averaged(w, b, v, c, z, eta):
    moved = _forger(w, b, v, c, z, eta)
    return moved[0], b - (b - moved[1]) / len(z)


def _summed(v, c, real, fake, eta):
    return _detective(v, c, real, fake, len(real) * eta)


def _summed_too(w, b, v, c, z, eta):
    return _forger(w, b, v, c, z, len(z) * eta)


def _games(rng):
    """Linear players of random sizes, good enough at their game that every slope counts; learning rates that show in a step."""
    calls = []
    for n, d, z in (*(distinct_sizes(rng, 3, 2, 8) for _ in range(3)), (1, 2, 3), (6, 4, 1)):
        w, b = rng.standard_normal((d, z)), rng.standard_normal(d)
        v, c = 0.6 * rng.standard_normal(d), float(np.round(rng.normal(0, 0.5), 3))
        real = 1.5 + rng.standard_normal((n, d))
        eta = float(np.round(rng.uniform(0.3, 0.9), 3))
        calls.append(Call((w, b, v, c, real, rng.standard_normal((n, z)), rng.standard_normal((n, z)), eta)))
    return calls


train_step = Exercise(
    name="train_step",
    lesson=LESSON,
    reference=_step,
    inputs=_games,
    takes="w[D Z] b[D] v[D] real[N D] z_d[N Z] z_g[N Z]",
    returns="w[D Z] b[D] v[D] c[]",
    mistakes=(
        Mistake(
            "v stood still",
            _with(lambda v, c, *rest: (v + 0.0, _detective(v, c, *rest)[1])),
            "v came back as it was: its step was not taken, or not stored.",
        ),
        Mistake(
            "c stood still",
            _with(lambda v, c, *rest: (_detective(v, c, *rest)[0], c)),
            "c came back as it was. It moves too: it stands in every logit, real and forged, and its slope is the sum of all "
            "of theirs.",
        ),
        Mistake(
            "w stood still",
            _with(forger=lambda w, b, *rest: (w + 0.0, _forger(w, b, *rest)[1])),
            "w came back as it was: its step was not taken, or not stored.",
        ),
        Mistake(
            "b stood still",
            _with(forger=lambda w, b, *rest: (_forger(w, b, *rest)[0], b + 0.0)),
            "b came back as it was. It moves too: it stands in every forgery, and its slope is the sum over the batch.",
        ),
        Mistake(
            "old v and c returned",
            lambda w, b, v, c, *rest: (*_step(w, b, v, c, *rest)[:2], v + 0.0, c),
            "v and c came back as they were. The generator met the new ones, but these must be returned as well.",
        ),
        Mistake(
            "discriminator stood still",
            _with(lambda v, c, *rest: (v + 0.0, c)),
            "v and c came back as they were, and the generator played against the old ones: the first half of the step is "
            "missing, or its result is not stored.",
        ),
        Mistake(
            "generator stood still",
            lambda w, b, v, c, real, z_d, z_g, eta: (w + 0.0, b + 0.0, *_detective(v, c, real, z_d @ w.T + b, eta)),
            "w and b both came back as they were: the second half of the step is missing, or its result is not stored.",
        ),
        Mistake(
            "the discriminator of before",
            _old_discriminator,
            "The generator answered the discriminator as it was before its step. The discriminator begins, and the "
            "generator plays against the new v and c.",
        ),
        Mistake(
            "back through the old v",
            _old_v_on_the_way_back,
            "The forgeries' logits are those of the new discriminator, but the gradient went back through the old v.",
        ),
        Mistake(
            "the old c alone",
            _old_c,
            "The generator met the new v, but c as it was before. Both have moved when its turn comes.",
        ),
        Mistake(
            "the old v alone",
            _old_v,
            "The generator met the new c, but v as it was before. Both have moved when its turn comes.",
        ),
        Mistake(
            "slope of w with z_d",
            _slope_of_w_by_z_d,
            "b is right, but the slope of w was taken with the noise z_d. These forgeries were made from z_g.",
        ),
        Mistake(
            "both losses added up",
            _accumulated,
            "w and b took one step down the sum of both losses, as if gradients had not been set to zero between the halves. "
            "The discriminator's loss must not reach w and b.",
        ),
        Mistake(
            "the same noise twice",
            _same_noise,
            "The generator was trained on the forgeries made from z_d. It should make fresh ones, from z_g.",
        ),
        Mistake(
            "noises exchanged",
            _noises_exchanged,
            "z_d is for the forgeries that the discriminator sees, z_g for those of the generator's own step.",
        ),
        Mistake(
            "not detached",
            _not_detached,
            "The discriminator's loss moved the generator too, and made its forgeries easier to tell. In the first half they "
            "are given: w and b stay.",
        ),
        Mistake(
            "both on one loss",
            _one_loss,
            "All four were moved down the discriminator's loss. The generator has a loss of its own: it wants the opposite.",
        ),
        Mistake(
            "helps the discriminator",
            _with(forger=lambda *given: _forger(*given, slope=sigmoid)),
            "In its own half the generator moved down the discriminator's loss. Use the generator's.",
        ),
        Mistake(
            "discriminator moved again",
            _moves_both,
            "The generator's loss moved the discriminator too, and made it believe. In the second half v and c stay.",
        ),
        Mistake(
            "labels swapped",
            _with(lambda *given: _detective(*given, of_real=sigmoid, of_fake=lambda s: -sigmoid(-s))),
            "The discriminator learned to call real examples forged. Which batch goes first into its loss?",
        ),
        Mistake(
            "discriminator uphill",
            _with(lambda *given: _detective(*given, of_real=lambda s: sigmoid(-s), of_fake=lambda s: -sigmoid(s))),
            "The discriminator went up its loss. Both players go down, each its own loss.",
        ),
        Mistake(
            "generator uphill",
            _with(forger=lambda *given: _forger(*given, slope=lambda s: sigmoid(-s))),
            "The generator went up its loss. It is a loss already, no value: go down.",
        ),
        Mistake(
            "the minimax loss",
            _with(forger=lambda *given: _forger(*given, slope=lambda s: -sigmoid(s))),
            "The generator used the minimax form. The exercise asks for the non-saturating one, the default.",
        ),
        Mistake(
            "real examples only",
            _with(_half(1, 0)),
            "The discriminator learned from real examples alone. In v, in c or in both the "
            "forgeries' part is missing.",
        ),
        Mistake(
            "forgeries only",
            _with(_half(0, 1)),
            "The discriminator learned from forgeries alone. In v, in c or in both the real "
            "examples' part is missing.",
        ),
        Mistake(
            "forgeries subtracted",
            _with(_half(1, -1)),
            "The forgeries' part of the detective's slopes has the wrong sign. dfake carries its sign already: add the parts.",
        ),
        Mistake(
            "learning rate forgotten",
            lambda w, b, v, c, real, z_d, z_g, eta: _step(w, b, v, c, real, z_d, z_g, 1.0),
            "Every step was taken in full length. Multiply the slopes by eta.",
        ),
        Mistake(
            "c divided by N twice",
            _with(_c_averaged),
            "dreal and dfake hold the N of the mean already. The slope of c is their sum, not their mean.",
        ),
        Mistake(
            "b divided by N twice",
            _with(forger=_b_averaged),
            "The forgeries' slopes hold the N of the mean already. The slope of b is their sum over the batch, not their mean.",
        ),
        Mistake(
            "summed over the batch",
            _with(_summed, _summed_too),
            "Both steps are N times too long: the losses are means over the batch.",
        ),
        Mistake(
            "discriminator's half summed",
            _with(_summed),
            "The discriminator's step is N times too long: its loss is a mean over the batch. The generator's half is sound.",
        ),
        Mistake(
            "generator's half summed",
            _with(forger=_summed_too),
            "The generator's step is N times too long: its loss is a mean over the batch. The discriminator's half is sound.",
        ),
    ),
)
