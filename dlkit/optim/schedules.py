"""Learning rates as functions of the step number, counted from 0; a step may be a batch or an epoch.

They compose: each takes a learning rate, which may come from another. ``warmup_schedule(step, lr=cosine_schedule(step, lr=0.1,
steps=1000), warmup=50)`` rises for 50 steps to the cosine and follows it.
"""

from math import cos, pi

from dlkit.shapes import number, whole


def step_schedule(step: int, *, lr: float, step_size: int, gamma: float = 0.1) -> float:
    """Multiply the learning rate by ``gamma`` every ``step_size`` steps.

    lr · gamma^⌊step / step_size⌋

    Parameters
    ----------
    step : int
        How many steps there have been.
    lr : float
        The learning rate at the start.
    step_size : int
        How many steps it stays the same.
    gamma : float
        The factor.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        When ``step`` or ``step_size`` is no whole number, or another no number.
    ValueError
        When one is out of range.

    Notes
    -----
    Equal to ``torch.optim.lr_scheduler.StepLR``.

    Lesson: 04_training
    Source: Krizhevsky, Sutskever and Hinton, 2012, ImageNet classification with deep convolutional neural networks, section 5.
    """
    where = "step_schedule"
    step, step_size = whole(where, "step", step, least=0), whole(where, "step_size", step_size, least=1)
    return number(where, "lr", lr, least=0) * number(where, "gamma", gamma, least=0) ** (step // step_size)


def cosine_schedule(step: int, *, lr: float, steps: int, lr_min: float = 0.0) -> float:
    """Let the learning rate fall along half a wave, gently at both ends.

    lr_min + ½ (lr − lr_min) · (1 + cos(π · step / steps))

    Parameters
    ----------
    step : int
        How many steps there have been.
    lr : float
        The learning rate at the start.
    steps : int
        After how many it has come down to ``lr_min``.
    lr_min : float
        The learning rate at the end.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        As in :func:`step_schedule`.

    Notes
    -----
    Equal to ``torch.optim.lr_scheduler.CosineAnnealingLR`` with ``T_max=steps``. Beyond ``steps`` the wave rises again, there
    as here: stop in time, or give ``min(step, steps)``.

    Lesson: 04_training
    Source: Loshchilov and Hutter, 2017, SGDR: stochastic gradient descent with warm restarts, equation 5.
    """
    where = "cosine_schedule"
    step, steps = whole(where, "step", step, least=0), whole(where, "steps", steps, least=1)
    lr, lr_min = number(where, "lr", lr, least=0), number(where, "lr_min", lr_min, least=0)
    return lr_min + (lr - lr_min) * (1 + cos(pi * step / steps)) / 2


def warmup_schedule(step: int, *, lr: float, warmup: int) -> float:
    """Let the learning rate rise in equal parts at the start, while running means are still poor and gradients large.

    lr · min(1, (step + 1) / warmup)

    Parameters
    ----------
    step : int
        How many steps there have been.
    lr : float
        The learning rate to rise to: a number, or what another schedule gives for this step.
    warmup : int
        How many steps the rise takes; 0 for none.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        As in :func:`step_schedule`.

    Notes
    -----
    Equal to ``torch.optim.lr_scheduler.LinearLR`` with ``start_factor=1 / warmup, total_iters=warmup - 1``. With a schedule
    inside, both count the same steps. To let the other begin after the rise, as ``SequentialLR`` does, write
    ``warmup_schedule(step, lr=cosine_schedule(max(step - warmup, 0), lr=0.1, steps=950), warmup=50)``.

    Lesson: 04_training
    Source: Goyal and others, 2017, Accurate, large minibatch SGD: training ImageNet in 1 hour, section 2.2.
    """
    where = "warmup_schedule"
    step, warmup = whole(where, "step", step, least=0), whole(where, "warmup", warmup, least=0)
    return number(where, "lr", lr, least=0) * min(1.0, (step + 1) / max(warmup, 1))
