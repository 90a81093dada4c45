"""The receptive field: how much of the image one number sees."""

import math

import numpy as np

from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.pooling.maximum import LESSON


def _receptive_field(layers):
    field, jump = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * jump
        jump *= stride
    return field


def _stacks(rng: np.random.Generator) -> list[Call]:
    calls = []
    for count in (3, 4, 5, 3):
        kernels = rng.integers(2, 8, count)
        strides = [2, 3, *rng.integers(1, 4, count - 2)]  # the first two count, in two different ways
        calls.append(Call(([(int(k), int(s)) for k, s in zip(kernels, strides, strict=True)],)))
    return [*calls, Call(([(3, 1), (2, 2), (3, 1)],)), Call(([(5, 3)],))]


def _summed(layers, term, start=1):
    """Σ term(k, s, jump) over the layers, with the jump right."""
    total, jump = start, 1
    for kernel, stride in layers:
        total += term(kernel, stride, jump)
        jump *= stride
    return total


def _too_early(layers):
    field, jump = 1, 1
    for kernel, stride in layers:
        jump *= stride
        field += (kernel - 1) * jump
    return field


def _added(layers):
    field, jump = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * jump
        jump += stride
    return field


def _one_back(layers):
    field, jump = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * jump
        jump = stride
    return field


def _multiplied(layers):
    field = 1
    for kernel, stride in layers:
        field = field * stride + kernel - 1
    return field


def _first_layer(layers):
    return layers[0][0]


def _from_the_top(layers):
    """The other recursion, from the last layer down, run in the wrong direction."""
    field = 1
    for kernel, stride in layers:
        field = (field - 1) * stride + kernel
    return field


def _downwards_without_one(layers):
    field = 1
    for kernel, stride in reversed(layers):
        field = field * stride + kernel - 1
    return field


receptive_field = Exercise(
    name="receptive_field",
    lesson=LESSON,
    reference=_receptive_field,
    inputs=_stacks,
    takes="",
    returns="field[]",
    mistakes=(
        Mistake(
            "strides ignored",
            lambda layers: _summed(layers, lambda k, s, jump: k - 1),
            "The strides do not appear in your answer. After a stride of 2 each further cell is two pixels of the image away.",
        ),
        Mistake(
            "kernels added",
            lambda layers: sum(k for k, _ in layers),
            "The kernels were added. Neighbouring windows overlap: the first cell of a kernel adds nothing new.",
        ),
        Mistake(
            "kernels multiplied",
            lambda layers: math.prod(k for k, _ in layers),
            "The kernels were multiplied. That would be right if the windows of every layer stood side by side.",
        ),
        Mistake(
            "a layer's own stride counted too early",
            _too_early,
            "A layer's stride was multiplied in before its own kernel was counted. It spreads the cells of the layers "
            "after it.",
        ),
        Mistake(
            "strides added up",
            _added,
            "The strides were added. Two strides of 2 put cells 4 pixels apart, three of them 8: multiply.",
        ),
        Mistake(
            "only the stride just before",
            _one_back,
            "Only the stride of the layer just before was used. The strides of all earlier layers multiply.",
        ),
        Mistake(
            "each layer's own stride",
            lambda layers: _summed(layers, lambda k, s, jump: (k - 1) * s),
            "Each kernel was multiplied by its own layer's stride. What spreads its cells are the strides before it.",
        ),
        Mistake(
            "brackets forgotten",
            lambda layers: _summed(layers, lambda k, s, jump: k - jump),
            "k − 1·jump is k − jump: multiplication binds more tightly. The whole k − 1 is to be multiplied.",
        ),
        Mistake(
            "the field multiplied by the stride",
            _multiplied,
            "The field itself was multiplied by every stride. A stride moves neighbours apart; it does not make a "
            "number see more.",
        ),
        Mistake(
            "the first cell forgotten",
            lambda layers: _summed(layers, lambda k, s, jump: (k - 1) * jump, start=0),
            "Your answer is one too small. Before any layer, a number already sees one pixel: itself.",
        ),
        Mistake(
            "kernels without the minus one",
            lambda layers: _summed(layers, lambda k, s, jump: k * jump),
            "Each layer added its whole kernel. One of its cells was seen already: k cells add k − 1 steps.",
        ),
        Mistake(
            "kernels without the minus one, from zero",
            lambda layers: _summed(layers, lambda k, s, jump: k * jump, start=0),
            "Each layer added its whole kernel, starting from nothing. A kernel of k cells adds k − 1 steps to the one pixel "
            "there is at the start.",
        ),
        Mistake(
            "layers from the wrong end",
            _from_the_top,
            "The layers were taken in the wrong order. Whoever adds (k − 1)·jump starts at the image; whoever computes "
            "(r − 1)·s + k starts at the last layer.",
        ),
        Mistake(
            "the downward recursion without its minus one",
            _downwards_without_one,
            "r·stride + k − 1 counts a gap after the last window. r windows have r − 1 gaps between them.",
        ),
        Mistake(
            "the jump instead of the field",
            lambda layers: math.prod(s for _, s in layers),
            "That is the product of the strides: how far apart two neighbouring results look. Asked is how far one of "
            "them sees.",
        ),
        Mistake(
            "only the first layer",
            _first_layer,
            "Only the first layer was counted. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "area instead of side",
            lambda layers: _receptive_field(layers) ** 2,
            "You gave the number of pixels in the square. Asked is its side.",
        ),
        Mistake(
            "a list instead of the last field",
            lambda layers: np.array([_receptive_field(layers[: k + 1]) for k in range(len(layers))]),
            "The field after every layer came back. Asked is the last one only.",
        ),
    ),
)
