"""The two losses of a pair of networks of which one forges and the other tells.

Both take logits, the discriminator's scores before the sigmoid: D = σ(logit) is the probability it gives to "real".
"""

import numpy as np

from dlkit.numpy_ops.activations.sigmoids import logistic_loss
from dlkit.numpy_ops.reduction import expect_reduction, reduce, share
from dlkit.shapes import expect_floats, expect_same_shape, expect_shapes, one_of


def discriminator_loss_forward(real: np.ndarray, fake: np.ndarray, *, reduction="mean"):
    """Measure how badly a discriminator tells real examples from forged ones.

    y = mean_n ( −log σ(real[n]) − log(1 − σ(fake[n])) )

    Parameters
    ----------
    real : np.ndarray, shape (...)
        The discriminator's logits of real examples.
    fake : np.ndarray, shape (...)
        Its logits of as many forged ones; to train it alone, they are taken as given.
    reduction : {"mean", "sum", "none"}
        What becomes of the terms, of which each is one real and one forged example.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (...)
    cache : tuple
        For :func:`discriminator_loss_backward`.

    Raises
    ------
    ShapeError
        When the shapes differ; nothing is stretched.
    TypeError
        For anything but floating-point arrays of one dtype.
    ValueError
        For another reduction.

    Notes
    -----
    The paper's discriminator maximises E[log D(x)] + E[log(1 − D(G(z)))]; here its negative is minimised. Logits instead of
    probabilities, because the logarithm of a sigmoid that was rounded to 0 is lost.

    Lesson: 19_gans
    Source: Goodfellow and others, 2014, Generative adversarial nets, equation 1 and algorithm 1.
    """
    where = "discriminator_loss_forward"
    expect_same_shape(where, real=real, fake=fake)
    expect_floats(where, real=real, fake=fake)
    expect_reduction(where, reduction)
    missed, fooled = logistic_loss(real), logistic_loss(-fake)  # (...), (...)
    return reduce(missed + fooled, reduction), (missed, fooled, reduction)


def discriminator_loss_backward(dy, cache: tuple):
    """Push the logits of real examples up and those of forged ones down, each by how wrong it was.

    dreal[n] = −dy / N · (1 − σ(real[n])),  dfake[n] = dy / N · σ(fake[n])

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (...)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`discriminator_loss_forward`.

    Returns
    -------
    dreal : np.ndarray, shape (...)
    dfake : np.ndarray, shape (...)

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Notes
    -----
    A term l = −log σ(s) has the slope −(1 − σ(s)) = expm1(−l) along its logit, exact even where σ(s) is next to 1.

    Lesson: 19_gans
    Source: Goodfellow and others, 2014, Generative adversarial nets, algorithm 1.
    """
    missed, fooled, reduction = cache
    dy = share("discriminator_loss_backward", dy, missed.shape, missed.dtype, reduction)  # (...)
    return dy * np.expm1(-missed), -dy * np.expm1(-fooled)


def generator_loss_forward(fake: np.ndarray, *, form="non_saturating", reduction="mean"):
    """Measure how badly forged examples fool the discriminator.

    y = mean_n −log σ(fake[n])  (non-saturating),  mean_n log(1 − σ(fake[n]))  (minimax)

    Parameters
    ----------
    fake : np.ndarray, shape (...)
        The discriminator's logits of forged examples.
    form : {"non_saturating", "minimax"}
        Make "real" likely, or make "forged" unlikely. Both want the same; they differ in where they push hard.
    reduction : {"mean", "sum", "none"}
        What becomes of the terms.

    Returns
    -------
    y : np.ndarray, shape (), with ``reduction="none"`` (...)
    cache : tuple
        For :func:`generator_loss_backward`.

    Raises
    ------
    TypeError
        For anything but a floating-point array.
    ValueError
        For another form or reduction.

    Notes
    -----
    Early in training every forgery is recognised, σ(fake) is next to 0, and the minimax form has next to no slope there: it
    saturates. The other form has slope −1 there. It is what the paper advises.

    Lesson: 19_gans
    Source: Goodfellow and others, 2014, Generative adversarial nets, section 3.
    """
    where = "generator_loss_forward"
    expect_shapes(where, "fake[...]", fake)
    expect_floats(where, fake=fake)
    one_of(where, "form", form, "non_saturating", "minimax")
    expect_reduction(where, reduction)
    sign = 1 if form == "non_saturating" else -1
    losses = sign * logistic_loss(sign * fake)  # (...)
    return reduce(losses, reduction), (losses, sign, reduction)


def generator_loss_backward(dy, cache: tuple):
    """Push the logits of forged examples up.

    dfake[n] = −dy / N · (1 − σ(fake[n]))  (non-saturating),  −dy / N · σ(fake[n])  (minimax)

    Parameters
    ----------
    dy : np.ndarray or float, shape (), with ``reduction="none"`` (...)
        The gradient of what follows with respect to ``y``.
    cache : tuple
        From :func:`generator_loss_forward`.

    Returns
    -------
    np.ndarray, shape (...)

    Raises
    ------
    ShapeError, TypeError
        When ``dy`` has not the shape or dtype of ``y``.

    Lesson: 19_gans
    Source: Goodfellow and others, 2014, Generative adversarial nets, section 3.
    """
    losses, sign, reduction = cache
    dy = share("generator_loss_backward", dy, losses.shape, losses.dtype, reduction)  # (...)
    return dy * np.expm1(-sign * losses)
