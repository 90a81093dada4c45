"""The one that remembers: the parameters of a network, the options of a step, and each parameter's state."""

import copy
from collections.abc import Callable
from itertools import combinations

import numpy as np

from dlkit.errors import ShapeError
from dlkit.optim.clipping import expect_finite, named
from dlkit.shapes import expect_floats


class Optimizer:
    """Moves the parameters of a network, each with the same step and its own state.

    ``optimizer = Optimizer(adam_step, network.parameters, lr=0.001)``, then ``optimizer.step(network.gradients)`` after every
    batch; ``optimizer.options["lr"] = cosine_schedule(…)`` in between.

    Parameters
    ----------
    step : callable
        ``step(w, dw, state, **options) -> (w, state)``, with ``state`` ``None`` at the start: :func:`dlkit.optim.adam_step`,
        say, or your own.
    parameters : dict of str to np.ndarray
        The arrays to move. Their numbers are replaced in place, so that layers and views that hold the same arrays see them
        move. It is the one place of the course that writes into arrays it was given.
    **options
        What ``step`` takes besides: lr and others.

    Attributes
    ----------
    parameters : dict of str to np.ndarray
    options : dict
        May be changed between steps.
    states : dict
        What the step remembers of each parameter.

    Raises
    ------
    TypeError, ValueError
        When there is nothing to move, an array cannot be written, two names share memory, or an option does not suit the step.

    Lesson: 04_training
    """

    def __init__(self, step: Callable, parameters: dict[str, np.ndarray], **options):
        if not isinstance(parameters, dict) or not parameters:
            raise TypeError("Optimizer: parameters is no dict of name and array, or empty; give network.parameters")
        for name, w in parameters.items():
            expect_floats("Optimizer", **{name: w})
            if not isinstance(w, np.ndarray) or not w.flags.writeable:
                raise TypeError(f"Optimizer: {name} cannot be written in place; try np.array({name})")
        for (one, a), (other, b) in combinations(parameters.items(), 2):
            if np.may_share_memory(a, b):
                raise ValueError(
                    f"Optimizer: {one} and {other} are the same memory, and would be moved twice; name it once and add its "
                    "gradients up"
                )
        self._function = step
        self.parameters = dict(parameters)
        self.options = options
        self.states = dict.fromkeys(parameters)
        self._moved(next(iter(parameters)), np.zeros_like(next(iter(parameters.values()))), self.states)  # the options suit

    def step(self, gradients: dict[str, np.ndarray]) -> None:
        """Move every parameter in place; when anything is wrong, nothing is changed.

        Parameters
        ----------
        gradients : dict of str to np.ndarray
            One for each parameter. Those of other names are passed over: parameters that the optimiser was not given stay
            frozen.

        Raises
        ------
        ShapeError
            When a gradient has another shape than its parameter.
        ValueError
            When a gradient is missing.
        FloatingPointError
            When one holds nan or infinity; it is named.
        """
        where = "Optimizer.step"
        if not isinstance(gradients, dict):
            raise TypeError(f"{where}: gradients is a {type(gradients).__name__}; give a dict of name and array")
        if missing := [name for name in self.parameters if gradients.get(name) is None]:
            came = ", ".join(name for name, g in gradients.items() if g is not None) or "none"
            raise ValueError(f"{where}: there is no gradient for {', '.join(missing)}; the gradients that came: {came}")
        pairs = named(where, {name: gradients[name] for name in self.parameters})
        for name, g in pairs:
            if g.shape != self.parameters[name].shape:
                raise ShapeError(
                    f"{where}: the gradient of {name} has shape {g.shape}, the parameter {self.parameters[name].shape}"
                )
        expect_finite(where, pairs)
        moved = {name: self._moved(name, g, self.states) for name, g in pairs}
        for name, (w, state) in moved.items():
            self.parameters[name][...] = w
            self.states[name] = state

    def _moved(self, name: str, gradient: np.ndarray, states: dict):
        """The new numbers and state of a parameter, with errors that name it."""
        w = self.parameters[name]
        try:
            new, state = self._function(w, gradient, states[name], **self.options)
        except Exception as error:
            error.add_note(f"This was the step of the parameter {name}.")
            raise
        if np.shape(new) != w.shape:
            raise ShapeError(f"Optimizer: {self._function.__name__} gave {name} the shape {np.shape(new)}, it had {w.shape}")
        return new, state

    def state_dict(self) -> dict:
        """Copy what a later run needs to go on exactly here; the parameters themselves are saved with the network.

        Returns
        -------
        dict
            ``step`` (the function's name), ``options`` and ``states``.
        """
        return copy.deepcopy({"step": self._function.__name__, "options": self.options, "states": self.states})

    def load_state_dict(self, saved: dict) -> None:
        """Go on where another optimiser of the same step and parameters stopped; what does not fit changes nothing.

        Parameters
        ----------
        saved : dict
            From :meth:`state_dict`.

        Raises
        ------
        ValueError
            When it belongs to another step, to other parameters, or to parameters of other shapes.
        """
        where = "Optimizer.load_state_dict"
        if not isinstance(saved, dict) or saved.keys() != {"step", "options", "states"}:
            raise ValueError(f"{where}: this is not what state_dict returned")
        if saved["step"] != self._function.__name__:
            raise ValueError(f"{where}: it was saved from {saved['step']}, this is {self._function.__name__}")
        if differing := sorted(saved["states"].keys() ^ self.parameters.keys()):
            raise ValueError(f"{where}: it belongs to other parameters; only one of the two has {', '.join(differing)}")
        saved, before = copy.deepcopy(saved), self.options
        self.options = saved["options"]
        try:
            for name, w in self.parameters.items():
                self._moved(name, np.zeros_like(w), saved["states"])  # a step of it would fit; its result is not kept
        except Exception:
            self.options = before
            raise
        self.states = saved["states"]
