"""One operation in every implementation the course has of it."""

import pkgutil
from collections.abc import Callable
from importlib import import_module

import numpy as np

from dlkit import numpy_ops
from dlkit.bench.timing import Times, measure
from dlkit.cases import WORKLOADS, Case
from dlkit.device import best_device, to_torch


def compare(op: str, case: Case, *, loops: bool = False, seconds: float = 1.0, rng: np.random.Generator) -> Times:
    """Time one operation, forward and backward in float32, in every implementation the course has of it.

    Parameters
    ----------
    op : str
        "conv2d", say; a key of ``WORKLOADS``.
    case : Case
        The shapes and options.
    loops : bool
        Also the version in plain Python loops: choose a small case.
    seconds : float
        For each contender.
    rng : np.random.Generator
        Fills the arrays.

    Returns
    -------
    Times

    Raises
    ------
    ValueError
        When there is no such operation.
    """
    arrays, topic = case.arrays(rng, np.float32), topic_of(op)
    numpy_half, torch_half = import_module(f"dlkit.numpy_ops.{topic}"), import_module(f"dlkit.torch_ops.{topic}")
    contenders = {}
    if loops:
        slow = import_module(f"dlkit.numpy_ops.{topic}_loops")
        contenders["NumPy, loops"] = passes(slow, f"{op}_loops", arrays, case.options, rng)
    contenders["NumPy"] = passes(numpy_half, op, arrays, case.options, rng)
    contenders["PyTorch, CPU"] = passes(torch_half, op, [to_torch(a) for a in arrays], case.options, rng)
    if (device := best_device()).type != "cpu":
        there = [to_torch(a, device=device) for a in arrays]
        contenders[f"PyTorch, {device.type}"] = passes(torch_half, op, there, case.options, rng)
    return measure(contenders, seconds=seconds)


def topic_of(op: str) -> str:
    """Find the module of ``numpy_ops`` that holds an operation.

    Parameters
    ----------
    op : str

    Returns
    -------
    str
        "convolution" for "conv2d".

    Raises
    ------
    ValueError
        When none does.
    """
    for topic in pkgutil.iter_modules(numpy_ops.__path__):
        if hasattr(import_module(f"dlkit.numpy_ops.{topic.name}"), f"{op}_forward"):
            return topic.name
    raise ValueError(f"no operation called {op!r}; there are {', '.join(WORKLOADS)}")


def passes(module, op: str, arrays: list, options: dict, rng: np.random.Generator) -> Callable:
    """Make a function of no arguments that goes forward and backward once, and waits for the GPU where there is one.

    Parameters
    ----------
    module : module
        Holds ``op_forward`` and ``op_backward``.
    op : str
    arrays : list of np.ndarray or torch.Tensor
    options : dict
    rng : np.random.Generator
        Draws the upstream gradient.

    Returns
    -------
    callable
    """
    forward, backward = getattr(module, f"{op}_forward"), getattr(module, f"{op}_backward")
    y, _ = forward(*arrays, **options)
    parts = y if isinstance(y, tuple) else (y,)
    dys = [np.asarray(rng.standard_normal(tuple(part.shape)), np.float32) for part in parts]
    wait = lambda: None  # noqa: E731
    if not isinstance(parts[0], np.ndarray | np.generic):
        import torch

        wait = {"cuda": torch.cuda.synchronize, "mps": torch.mps.synchronize}.get(parts[0].device.type, wait)
        dys = [to_torch(dy, device=parts[0].device) for dy in dys]
    dy = tuple(dys) if isinstance(y, tuple) else dys[0]

    def once():
        backward(dy, forward(*arrays, **options)[1])
        wait()

    return once
