"""A whole training step, as a lesson would run it: forward, loss, backward, update."""

from collections.abc import Callable

import numpy as np

from dlkit.device import to_torch
from dlkit.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from dlkit.numpy_ops.losses import cross_entropy_backward, cross_entropy_forward
from dlkit.optim import Optimizer, sgd_step
from dlkit.train import numpy_step, torch_step

_LR = 0.01


def lenet_step(rng: np.random.Generator) -> dict[str, Callable]:
    """Make the same training step twice: LeNet on a batch of 64 images of 28×28, plain gradient descent, float32.

    Parameters
    ----------
    rng : np.random.Generator
        Draws the weights, which both start from, and the batch.

    Returns
    -------
    dict of str to callable
        "NumPy" and "PyTorch, CPU": each takes one step and returns the loss before it.

    Lesson: 07_cnn_architectures
    Source: LeCun, Bottou, Bengio and Haffner, 1998, Gradient-based learning applied to document recognition, section II.B;
        with ReLU and max pooling, as it is built today.
    """
    net = Sequential(
        Conv2d(1, 6, 5, padding=2, rng=rng), ReLU(), MaxPool2d(2),
        Conv2d(6, 16, 5, rng=rng), ReLU(), MaxPool2d(2), Flatten(),
        Linear(400, 120, rng=rng), ReLU(), Linear(120, 84, rng=rng), ReLU(), Linear(84, 10, rng=rng),
    )  # fmt: skip
    images = rng.standard_normal((64, 1, 28, 28)).astype(np.float32)
    labels = rng.integers(0, 10, 64)
    contenders = {"PyTorch, CPU": _torch_step(net, images, labels)}  # takes its copy of the weights first
    optimizer = Optimizer(sgd_step, net.parameters, lr=_LR)

    step = numpy_step(net, (cross_entropy_forward, cross_entropy_backward), optimizer)
    return {"NumPy": lambda: step(images, labels)} | contenders


def _torch_step(net: Sequential, images: np.ndarray, labels: np.ndarray) -> Callable:
    from torch import nn, optim

    module = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip
    module.load_state_dict({name: to_torch(array) for name, array in net.parameters.items()})
    step = torch_step(module, nn.functional.cross_entropy, optim.SGD(module.parameters(), lr=_LR))
    x, target = to_torch(images, labels)
    return lambda: step(x, target)
