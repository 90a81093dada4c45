"""The noise that makes copying hard."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.autoencoders.losses import LESSON


def _add_noise(x, rng, sigma):
    return np.clip(x + sigma * rng.standard_normal(x.shape), 0, 1)


def _drawn(noise):
    """A mistake in what is drawn; the rest is right."""
    return lambda x, rng, sigma: np.clip(x + noise(x, rng, sigma), 0, 1)


def _then(after):
    """A mistake in what becomes of the noisy picture."""
    return lambda x, rng, sigma: after(x + sigma * rng.standard_normal(x.shape), x)


def _own(seed):
    return _drawn(lambda x, rng, sigma: sigma * np.random.default_rng(seed).standard_normal(x.shape))


def _pictures(rng):
    """Pictures with many pixels at 0 and at 1, so that noise leaves the range at both ends; once no noise at all, once much."""
    calls = []
    for k, sigma in enumerate((0.3, 0.7, 0.15, 0.4, 0.0, 8.0, 0.25)):
        n, d = (1, 12) if k == 3 else distinct_sizes(rng, 2, 4, 12)
        x = np.clip(rng.random((n, d)) * 2 - 0.5, 0, 1)
        x.flat[:4] = 0, 1, 0, 1
        generator = np.random.default_rng(int(rng.integers(100, 10**6)))
        calls.append(Call((x, generator, round(sigma + (k == 0) * float(rng.random()) / 4, 2))))
    return calls


add_noise = Exercise(
    name="add_noise",
    lesson=LESSON,
    reference=_add_noise,
    inputs=_pictures,
    takes="x[N D]",
    returns="noisy[N D]",
    mistakes=(
        Mistake(
            "not clipped",
            _then(lambda y, x: y),
            "Some pixels are darker than black or brighter than white. Clip the noisy picture to the range from 0 to 1.",
        ),
        Mistake(
            "noise clipped, not the picture",
            lambda x, rng, sigma: x + np.clip(sigma * rng.standard_normal(x.shape), 0, 1),
            "The noise was clipped to the range from 0 to 1, not the noisy picture: half of the noise is gone, and pixels "
            "still "
            "leave the range.",
        ),
        Mistake(
            "noise clipped, and the picture",
            lambda x, rng, sigma: np.clip(x + np.clip(sigma * rng.standard_normal(x.shape), 0, 1), 0, 1),
            "The noise was clipped before it was added, so that it only brightens. Clip once: the sum.",
        ),
        Mistake(
            "draws clipped, not the picture",
            lambda x, rng, sigma: x + sigma * np.clip(rng.standard_normal(x.shape), 0, 1),
            "The draws were clipped to the range from 0 to 1, not the noisy picture: the noise only brightens, and pixels "
            "leave the range.",
        ),
        Mistake(
            "draws clipped, and the picture",
            _drawn(lambda x, rng, sigma: sigma * np.clip(rng.standard_normal(x.shape), 0, 1)),
            "The draws were clipped to the range from 0 to 1, so that the noise only brightens. Clip once: the sum.",
        ),
        Mistake(
            "clipped between −1 and 1",
            _then(lambda y, x: np.clip(y, -1, 1)),
            "Pixels were clipped to the range from −1 to 1. Black is 0: nothing is darker.",
        ),
        Mistake(
            "clipped at white only",
            _then(lambda y, x: np.minimum(y, 1)),
            "Pixels darker than black were left as they are. Black is 0: clip at both ends.",
        ),
        Mistake(
            "clipped at black only",
            _then(lambda y, x: np.maximum(y, 0)),
            "Pixels brighter than white, above 1, were left as they are. Clip at both ends.",
        ),
        Mistake(
            "folded back at zero",
            _then(lambda y, x: np.minimum(np.abs(y), 1)),
            "Negative pixels lost their sign and became grey. What is darker than black should be black, 0.",
        ),
        Mistake(
            "wrapped around",
            _then(lambda y, x: y % 1),
            "% 1 turns a pixel a little brighter than white into a nearly black one. Clip instead.",
        ),
        Mistake(
            "black outside the range",
            _then(lambda y, x: np.where((y < 0) | (y > 1), 0, y)),
            "Pixels brighter than white became black. Each end has its own limit: too bright becomes 1.",
        ),
        Mistake(
            "white outside the range",
            _then(lambda y, x: np.where((y < 0) | (y > 1), 1, y)),
            "Pixels darker than black became white. Each end has its own limit: too dark becomes 0.",
        ),
        Mistake(
            "the clean pixel outside the range",
            _then(lambda y, x: np.where((y < 0) | (y > 1), x, y)),
            "Where the noise left the range the clean pixel came back. Clip instead: too dark becomes 0, too bright 1.",
        ),
        Mistake(
            "stretched instead of clipped",
            _then(lambda y, x: (y - y.min()) / (y.max() - y.min())),
            "The whole batch was stretched to the range from 0 to 1, which changes every pixel. Only those outside should "
            "move.",
        ),
        Mistake(
            "noise without the picture",
            lambda x, rng, sigma: np.clip(sigma * rng.standard_normal(x.shape), 0, 1),
            "Only noise came back. Add it to the picture.",
        ),
        Mistake(
            "noise without the picture, not clipped",
            lambda x, rng, sigma: sigma * rng.standard_normal(x.shape),
            "Only noise came back, without the picture, and not clipped.",
        ),
        Mistake(
            "noise multiplied",
            _drawn(lambda x, rng, sigma: x * sigma * rng.standard_normal(x.shape)),
            "The noise was multiplied with the picture, so that black pixels stay clean. Add it.",
        ),
        Mistake(
            "noise subtracted",
            _drawn(lambda x, rng, sigma: -sigma * rng.standard_normal(x.shape)),
            "The noise was taken away. That is noise too, but other numbers than agreed: add it.",
        ),
        Mistake(
            "sigma forgotten",
            _drawn(lambda x, rng, sigma: rng.standard_normal(x.shape)),
            "The noise has a spread of 1, whatever sigma says. Multiply the draws by sigma.",
        ),
        Mistake(
            "sigma as a variance",
            _drawn(lambda x, rng, sigma: np.sqrt(sigma) * rng.standard_normal(x.shape)),
            "A root of sigma was taken. Sigma is the standard deviation itself: the draws are multiplied by it.",
        ),
        Mistake(
            "sigma squared",
            _drawn(lambda x, rng, sigma: sigma**2 * rng.standard_normal(x.shape)),
            "The draws were multiplied by the square of sigma. Sigma is the standard deviation: multiply once.",
        ),
        Mistake(
            "sigma as the mean",
            _drawn(lambda x, rng, sigma: sigma + rng.standard_normal(x.shape)),
            "Sigma was added to the draws: the pictures get brighter, and the noise has a spread of 1. In rng.normal the "
            "mean "
            "comes first, then the spread.",
        ),
        Mistake(
            "uniform noise",
            _drawn(lambda x, rng, sigma: sigma * rng.random(x.shape)),
            "rng.random draws evenly between 0 and 1, so the noise only brightens. Draw from the normal distribution.",
        ),
        Mistake(
            "uniform noise around zero",
            _drawn(lambda x, rng, sigma: rng.uniform(-sigma, sigma, x.shape)),
            "The noise is even between −sigma and sigma. Draw from the normal distribution.",
        ),
        Mistake(
            "noise always positive",
            _drawn(lambda x, rng, sigma: sigma * np.abs(rng.standard_normal(x.shape))),
            "The noise has lost its sign and only brightens. It should go both ways.",
        ),
        Mistake(
            "one noise for all pictures",
            _drawn(lambda x, rng, sigma: sigma * rng.standard_normal(x.shape[1])),
            "All pictures got the same noise. Draw for each pixel of each picture: as many numbers as x has.",
        ),
        Mistake(
            "one number for a picture",
            _drawn(lambda x, rng, sigma: sigma * rng.standard_normal((len(x), 1))),
            "All pixels of a picture moved by the same amount: it became brighter or darker. Each pixel needs a draw of "
            "its own.",
        ),
        Mistake(
            "one number for all",
            _drawn(lambda x, rng, sigma: sigma * rng.standard_normal()),
            "All pixels of all pictures moved by the same amount. Each pixel needs a draw of its own: give "
            "standard_normal a shape.",
        ),
        Mistake(
            "a generator of its own, seed 0",
            _own(0),
            "A new generator was made inside the function: the same noise at every call. Draw from the one that is passed "
            "in.",
        ),
        Mistake(
            "a generator of its own, seed 17",
            _own(17),
            "A new generator was made inside the function, with the lesson's seed: the same noise at every call. Draw "
            "from the "
            "one that is passed in.",
        ),
        Mistake(
            "drawn twice",
            _drawn(lambda x, rng, sigma: sigma * (rng.standard_normal(x.shape), rng.standard_normal(x.shape))[1]),
            "The numbers are those of a second draw. Draw once.",
        ),
        Mistake(
            "drawn with the axes exchanged",
            _drawn(lambda x, rng, sigma: sigma * rng.standard_normal(x.shape[::-1]).T),
            "The noise was drawn with the axes exchanged. Draw with rng.standard_normal(x.shape).",
        ),
        Mistake(
            "drawn in float32",
            _drawn(lambda x, rng, sigma: sigma * rng.standard_normal(x.shape, dtype=np.float32)),
            "The draws were made in float32, which gives other numbers. Draw with rng.standard_normal(x.shape).",
        ),
        Mistake("no noise", lambda x, rng, sigma: np.clip(x, 0, 1), "The picture came back clean."),
    ),
)
