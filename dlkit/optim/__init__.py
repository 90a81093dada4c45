"""Training moves weights against their gradients: steps, schedules, clipping, and the optimiser that holds them together.

Steps, schedules and clipping are pure functions that change nothing. :class:`Optimizer` alone writes into arrays.
"""

from dlkit.optim.clipping import clip_by_norm, clip_by_value
from dlkit.optim.optimizer import Optimizer
from dlkit.optim.schedules import cosine_schedule, step_schedule, warmup_schedule
from dlkit.optim.steps import Moments, Momentum, Squares, adam_step, adamw_step, rmsprop_step, sgd_step

__all__ = [
    "Moments", "Momentum", "Optimizer", "Squares", "adam_step", "adamw_step", "clip_by_norm", "clip_by_value",
    "cosine_schedule", "rmsprop_step", "sgd_step", "step_schedule", "warmup_schedule",
]  # fmt: skip
