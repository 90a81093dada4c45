"""The tape: variables that remember how they were computed, and the walk back along what they remember."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from dlkit.autodiff import primitives
from dlkit.errors import GradientError, ShapeError
from dlkit.shapes import expect_upstream

_recording = ContextVar("recording", default=True)


class Variable:
    """An array that remembers which operation made it, and from what.

    Calculate with it as with an array: ``+ − * / @ **``, ``x[key]``, ``x.sum()``, ``x.exp()`` … Then ``y.backward()`` puts
    the gradient of ``y`` into ``grad`` of every variable that ``y`` was computed from. What is no variable (arrays, numbers)
    is a constant and gets none; ``Variable(x.value)`` forgets where ``x`` came from, what PyTorch calls ``detach``.

    Parameters
    ----------
    value : np.ndarray, number or list
        Floating-point numbers. An array is not copied: what changes it changes the variable.
    name : str
        For pictures and messages.
    op : str
        The operation that made it; empty for one you made yourself.
    parents : tuple of Variable
        What it was computed from.
    pull : callable
        Takes the gradient of this variable and gives the parents' gradients, in order.

    Attributes
    ----------
    grad : np.ndarray or None
        The sum of all gradients that came back since :meth:`zero_grad`. As in PyTorch they add up from one ``backward`` to the
        next; unlike in PyTorch, variables in the middle keep theirs too.

    Raises
    ------
    TypeError
        When ``value`` does not hold floating-point numbers: whole numbers have no slope.

    Lesson: 03_autodiff
    Source: Baydin, Pearlmutter, Radul and Siskind, 2018, Automatic differentiation in machine learning: a survey, section 3.2.
    """

    __array_ufunc__ = None  # array + variable is left to the variable

    def __init__(self, value, *, name: str = "", op: str = "", parents: tuple = (), pull: Callable | None = None):
        if not isinstance(value, tuple):  # an operation with several results has one variable for all, and one for each
            value = np.asarray(value)
            if value.dtype.kind != "f":
                raise TypeError(
                    f"Variable: {name or 'the value'} holds {value.dtype}, which has no slope. "
                    "Write 3.0 for 3; give labels and indices to an operation as plain arrays."
                )
        self.value, self.grad, self.name = value, None, name
        self.op, self.parents, self.pull = op, parents, pull

    def backward(self, dy=None) -> None:
        """Add the gradient of this variable to ``grad`` of everything it was computed from.

        Parameters
        ----------
        dy : np.ndarray, optional
            The gradient of the loss with respect to this variable; 1 where it is one number, the loss itself.

        Raises
        ------
        ShapeError
            When ``dy`` is left out and this is more than one number, or has another shape.
        """
        if dy is None and self.value.size != 1:
            raise ShapeError(
                f"backward: the result has shape {self.shape}, and only one number has a gradient by itself; "
                "add up first, y.sum().backward(), or give dy of that shape"
            )
        dy = np.ones_like(self.value) if dy is None else dy
        gradients = {self: expect_upstream("backward", dy, self.shape, self.dtype, of="the result")}
        for variable in reversed(topological_order(self)):  # whoever used it came before, so its gradient is complete
            dy = gradients.pop(variable, None)
            if dy is None:
                continue
            if not isinstance(dy, tuple):
                variable.grad = np.array(dy) if variable.grad is None else variable.grad + dy
            for parent, gradient in zip(variable.parents, variable.pull(dy) if variable.pull else (), strict=True):
                gradients[parent] = _total(gradients.get(parent), gradient)

    def zero_grad(self) -> None:
        """Forget the gradient, so that the next ``backward`` starts from nothing."""
        self.grad = None

    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    dtype = property(lambda self: self.value.dtype)
    T = property(lambda self: self.transpose())

    def __repr__(self) -> str:
        """The name, what made it, and the numbers."""
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        about = [self.name] * bool(self.name) + [f"made by {self.op}"] * bool(self.op)
        return f"Variable({', '.join([np.array2string(v, precision=4, threshold=20) for v in values] + about)})"

    def __len__(self) -> int:
        """The size of the first axis."""
        return len(self.value)

    def __float__(self) -> float:
        """The value of one number."""
        return self.value.item()

    def __add__(self, other):
        return add(self, other)

    def __radd__(self, other):
        return add(other, self)

    def __sub__(self, other):
        return subtract(self, other)

    def __rsub__(self, other):
        return subtract(other, self)

    def __mul__(self, other):
        return multiply(self, other)

    def __rmul__(self, other):
        return multiply(other, self)

    def __truediv__(self, other):
        return divide(self, other)

    def __rtruediv__(self, other):
        return divide(other, self)

    def __matmul__(self, other):
        return matmul(self, other)

    def __rmatmul__(self, other):
        return matmul(other, self)

    def __pow__(self, exponent):
        return power(self, exponent)

    def __neg__(self):
        return negate(self)

    def __getitem__(self, key):
        return select(self, key=key)

    def __iter__(self):
        """Go through the first axis."""
        return (self[k] for k in range(len(self)))

    def exp(self):
        """Take the exponential of every number."""
        return exp(self)

    def log(self):
        """Take the natural logarithm of every number."""
        return log(self)

    def tanh(self):
        """Take the hyperbolic tangent of every number."""
        return tanh(self)

    def sum(self, axis=None, keepdims=False):
        """Add up along an axis, several or all."""
        return total(self, axis=axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        """Average along an axis, several or all."""
        return mean(self, axis=axis, keepdims=keepdims)

    def max(self, axis=None, keepdims=False):
        """Take the largest along an axis, several or all; equals share the gradient."""
        return largest(self, axis=axis, keepdims=keepdims)

    def reshape(self, *shape):
        """Give the same numbers another shape; one size may be −1."""
        return reshape(self, shape=shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes):
        """Put the axes in another order; without an order, turn it round."""
        return transpose(self, axes=axes or None)


def _total(a, b):
    """The sum of two gradients, or of two tuples of them; ``None`` stands for zeros."""
    if a is None or b is None:
        return b if a is None else a
    return tuple(map(_total, a, b)) if isinstance(a, tuple) else a + b


def topological_order(result: Variable) -> list[Variable]:
    """List all that a result was computed from, each variable after its parents, the result last.

    Parameters
    ----------
    result : Variable

    Returns
    -------
    list of Variable

    Notes
    -----
    A depth-first search with a stack of its own: a function that calls itself would fail on a chain of a thousand steps. A
    variable goes on the stack twice, to be opened (its parents follow) and, when they are all listed, to be listed itself.

    Lesson: 03_autodiff
    Source: Cormen, Leiserson, Rivest and Stein, 2009, Introduction to Algorithms, third edition, section 22.4.
    """
    order, opened, stack = [], set(), [(result, False)]
    while stack:
        variable, parents_listed = stack.pop()
        if parents_listed:
            order.append(variable)
        elif variable not in opened:
            opened.add(variable)
            stack.append((variable, True))
            stack += [(parent, False) for parent in reversed(variable.parents)]
    return order


def lift(forward: Callable, backward: Callable) -> Callable:
    """Make a function of variables out of any operation of the course.

    Parameters
    ----------
    forward, backward : callable
        ``y, cache = forward(*arrays, **options)`` and ``gradients = backward(dy, cache)``.

    Returns
    -------
    callable
        Takes the same arguments. Arrays may be variables or plain; plain ones, ``None`` and whole numbers get no gradient.
        Gives a variable, or a tuple of them where ``y`` is a tuple; results that are whole numbers come as plain arrays.

    Raises
    ------
    TypeError
        From the function, when an option is a variable.
    GradientError
        From ``backward()``, when ``backward`` does not give every array a gradient of its own shape.

    Examples
    --------
    >>> conv2d = lift(conv2d_forward, conv2d_backward)
    >>> loss = (conv2d(x, w, b, padding=1) ** 2).sum()
    >>> loss.backward()
    >>> w.grad

    Lesson: 03_autodiff
    Source: Baydin, Pearlmutter, Radul and Siskind, 2018, Automatic differentiation in machine learning: a survey, section 3.2.
    """
    signature, name = inspect.signature(forward), forward.__name__.removesuffix("_forward")

    def op(*arrays, **options):
        call = signature.bind(*arrays, **options)
        call.apply_defaults()  # now call.args holds every array, in the order of the gradients
        for option, value in call.kwargs.items():
            if isinstance(value, Variable):
                raise TypeError(f"{name}: the option {option} is a Variable; only arrays can be, options are plain values")
        y, cache = forward(*[a.value if isinstance(a, Variable) else a for a in call.args], **call.kwargs)

        def pull(dy):
            gradients = backward(dy, cache)
            gradients = gradients if isinstance(gradients, tuple) else (gradients,)
            return _of_variables(name, call.args, gradients)

        return _record(y, _label(name, call.args), tuple(a for a in call.args if isinstance(a, Variable)), pull)

    op.__name__ = op.__qualname__ = name
    op.__doc__ = forward.__doc__
    return op


def _of_variables(name, arrays, gradients):
    """The gradients of those arrays that are variables; a backward that is wrong on its face is refused."""
    if len(gradients) != len(arrays):
        raise GradientError(f"{name}: the backward gave {len(gradients)} gradients for {len(arrays)} arrays")
    pairs = [(k, a, g) for k, (a, g) in enumerate(zip(arrays, gradients, strict=True)) if isinstance(a, Variable)]
    for k, array, gradient in pairs:
        if gradient is not None and np.shape(gradient) != array.shape:
            raise GradientError(f"{name}: gradient {k} has shape {np.shape(gradient)}, its array {array.shape}")
    return tuple(gradient for _, _, gradient in pairs)


def _label(name, arrays):
    """The operation's name, with a plain number before or behind it: ``1 subtract``, ``power 2``."""
    before, *behind = [f"{a:g}" if isinstance(a, int | float) else "" for a in arrays] or [""]
    return " ".join(part for part in (before, name, *behind) if part)


def _record(y, op, parents, pull):
    """The results of an operation as variables that remember it, unless nothing is to be remembered."""
    if not parents or not _recording.get():
        parents, pull = (), None
    if not isinstance(y, tuple):
        return Variable(y, op=op, parents=parents, pull=pull) if np.asarray(y).dtype.kind == "f" else y
    whole = (Variable(y, op=op, parents=parents, pull=pull),) if parents else ()

    def part(k):
        return lambda dy: (tuple(dy if i == k else None for i in range(len(y))),)

    return tuple(
        Variable(value, op=f"{op}[{k}]", parents=whole, pull=part(k) if whole else None)
        if np.asarray(value).dtype.kind == "f"
        else value
        for k, value in enumerate(y)
    )


@contextmanager
def no_tape() -> Iterator[None]:
    """Compute without remembering, for the length of a ``with`` block; what PyTorch calls ``no_grad``."""
    before = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(before)


add = lift(primitives.add_forward, primitives.add_backward)
subtract = lift(primitives.subtract_forward, primitives.subtract_backward)
multiply = lift(primitives.multiply_forward, primitives.multiply_backward)
divide = lift(primitives.divide_forward, primitives.divide_backward)
power = lift(primitives.power_forward, primitives.power_backward)
matmul = lift(primitives.matmul_forward, primitives.matmul_backward)
negate = lift(primitives.negate_forward, primitives.negate_backward)
exp = lift(primitives.exp_forward, primitives.exp_backward)
log = lift(primitives.log_forward, primitives.log_backward)
tanh = lift(primitives.tanh_forward, primitives.tanh_backward)
total = lift(primitives.sum_forward, primitives.sum_backward)  # not sum and max: those are Python's own
mean = lift(primitives.mean_forward, primitives.mean_backward)
largest = lift(primitives.max_forward, primitives.max_backward)
reshape = lift(primitives.reshape_forward, primitives.reshape_backward)
transpose = lift(primitives.transpose_forward, primitives.transpose_backward)
select = lift(primitives.select_forward, primitives.select_backward)
