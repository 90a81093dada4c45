"""What every layer does: go forward, go backward, hold its parameters."""

import copy
import inspect
from collections.abc import Callable, Iterator

import numpy as np

from dlkit.layers import file


class Live(dict):
    """A layer's own arrays by name. To change one, change it in place: ``parameters[name][...] = new``."""

    def __setitem__(self, name, value):
        """Refuse: another array in this dictionary would not become the layer's. Changing it by ``-=`` is allowed."""
        if value is self.get(name):
            return
        raise TypeError(f"another array here would not change the layer; write parameters[{name!r}][...] = new")

    def __reduce__(self):
        """A copy is an ordinary dictionary."""
        return dict, (dict(self),)


class Table(str):
    """Lines of text that a notebook shows as they are."""

    __repr__ = str.__str__


class Layer:
    """An operation, its parameters, and its last cache.

    ``layer(x)`` goes forward; ``layer.backward(dy)`` gives ``dx`` and leaves the parameters' gradients in ``gradients``.

    Parameters
    ----------
    *values
        The operation's options by position, in the order of its signature.
    parameters : dict of str to np.ndarray, optional
        What is learned, in the order in which the operation takes it. The names are PyTorch's (``weight``, ``bias``), so that
        its files fit; ``None`` for an absent one.
    state : dict of str to np.ndarray, optional
        What is not learned but saved with it, such as running statistics.
    **options
        The operation's options by name.

    Attributes
    ----------
    pair : (callable, callable)
        The operation's forward and backward; the class names it.
    arguments : tuple of str
        The operation's arrays in order. Names of parameters and of state stand for these, any other for an input of the layer.
        By default ``"x"`` and then the parameters.
    children : dict of str to Layer
        Layers inside this one.
    training : bool
        Handed to operations that have such an option. Set by :meth:`train` and :meth:`eval`.

    Raises
    ------
    TypeError
        For an option that the operation has not, or that it needs and did not get.

    Notes
    -----
    A layer keeps the cache of its last forward only: a second forward replaces it, and ``backward`` belongs to the last one.
    Going backward twice gives the same gradients twice; they do not add up as PyTorch's do. For a layer that is used twice in
    one network, record it on a tape: :func:`dlkit.autodiff.lift`.

    Examples
    --------
    Without parameters, a layer is two lines:

    >>> class MaxPool2d(Layer):
    ...     pair = max_pool2d_forward, max_pool2d_backward
    >>> pool = MaxPool2d(2, stride=2)

    With parameters, it says how they are drawn; with running statistics, where they stand among the arrays and how they move:

    >>> class BatchNorm(Layer):
    ...     pair = batch_norm_forward, batch_norm_backward
    ...     arguments = "x", "running_mean", "running_var", "weight", "bias"
    ...
    ...     def __init__(self, channels, *, momentum=0.1, eps=1e-5, dtype=np.float32):
    ...         zeros, ones = np.zeros(channels, dtype), np.ones(channels, dtype)
    ...         state = {"running_mean": zeros, "running_var": ones}
    ...         super().__init__(parameters={"weight": ones, "bias": zeros}, state=state, eps=eps)
    ...         self.momentum = momentum
    ...
    ...     def forward(self, x):
    ...         y = super().forward(x)
    ...         if self.training:
    ...             self.keep(*batch_norm_statistics(x, *self.state.values(), momentum=self.momentum))
    ...         return y
    """

    pair: tuple[Callable, Callable] | None = None
    arguments: tuple[str, ...] = ()

    def __init__(self, *values, parameters: dict | None = None, state: dict | None = None, **options):
        self._parameters = {name: None if a is None else np.array(a) for name, a in (parameters or {}).items()}
        self._state = {name: np.array(array) for name, array in (state or {}).items()}
        self.arguments = self.arguments or ("x", *self._parameters)
        self.options = self._read(values, options) if self.pair else options
        self.children: dict[str, Layer] = {}
        self.training = True
        self._cache, self._gradients, self._given, self._shape = None, {}, 1, None

    def _read(self, values: tuple, options: dict) -> dict:
        """The options by name; what is wrong with them is said here rather than at the first batch."""
        signature = inspect.signature(self.pair[0]).parameters.values()
        known = {p.name: p for p in signature if p.kind == p.KEYWORD_ONLY and p.name != "training"}
        self._asks_training = any(p.name == "training" for p in signature)
        has = f"it has {', '.join(known)}" if known else "it has none"
        if len(values) > len(known):
            raise TypeError(f"{self.kind}: {len(values)} options came by position; {has}")
        by_position = dict(zip(known, values, strict=False))
        for name in options:
            if name not in known or name in by_position:
                problem = "came by position and by name" if name in known else f"is none of its options; {has}"
                raise TypeError(f"{self.kind}: {name} {problem}")
        options = by_position | options
        for name, parameter in known.items():
            if parameter.default is parameter.empty and name not in options:
                raise TypeError(f"{self.kind}: the option {name} is missing")
        return options

    @property
    def kind(self) -> str:
        """The name of its class."""
        return type(self).__name__

    def __call__(self, *inputs):
        """Go forward."""
        y = self.forward(*inputs)
        self._shape = tuple(np.shape(part) for part in y) if isinstance(y, tuple) else np.shape(y)
        return y

    def forward(self, *inputs):
        """Apply the operation and keep its cache.

        Parameters
        ----------
        *inputs : np.ndarray
            Mostly one, ``x``. Those left out at the end are ``None``.

        Returns
        -------
        np.ndarray or tuple of np.ndarray
        """
        self._cache = None  # should this fail, backward must not meet an older cache
        own, given = self._parameters | self._state, iter(inputs)
        arrays = [own[name] if name in own else next(given, None) for name in self.arguments]
        if extra := len(list(given)):
            names = ", ".join(name for name in self.arguments if name not in own)
            raise TypeError(f"{self.kind}: {extra} more inputs came than it takes, which is {names}")
        mode = {"training": self.training} if self._asks_training else {}
        y, self._cache = self.pair[0](*arrays, **self.options, **mode)
        self._given = len(inputs)
        return y

    def backward(self, dy):
        """Send a gradient back through the last forward.

        Parameters
        ----------
        dy : np.ndarray or tuple of np.ndarray
            The gradient of the loss with respect to what the forward gave.

        Returns
        -------
        np.ndarray, or a tuple of them for a layer that was given several inputs
            The gradient with respect to the input. The parameters' gradients are in ``gradients``.

        Raises
        ------
        RuntimeError
            When there was no forward, or the last one failed.
        """
        if self._cache is None:
            raise RuntimeError(f"{self.kind}: backward before forward; call the layer on a batch first")
        gradients = self.pair[1](dy, self._cache)
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        if len(gradients) < len(self.arguments):
            raise TypeError(f"{self.kind}: the backward gave {len(gradients)} gradients for {', '.join(self.arguments)}")
        found = dict(zip(self.arguments, gradients, strict=False))  # more: arrays of the operation that the layer leaves out
        self._gradients = {name: found[name] for name, array in self._parameters.items() if array is not None}
        own = self._parameters | self._state
        dx = tuple(gradient for name, gradient in found.items() if name not in own)[: self._given]
        return dx[0] if len(dx) == 1 else dx

    @property
    def parameters(self) -> Live:
        """What is learned, by dotted name (``"features.0.weight"``): the arrays themselves, not copies."""
        return self._collected("_parameters")

    @property
    def gradients(self) -> dict[str, np.ndarray]:
        """The gradients that the last ``backward`` left, by the names of ``parameters``; empty before."""
        return dict(self._collected("_gradients"))

    @property
    def state(self) -> Live:
        """What is saved besides, by dotted name: running statistics; the arrays themselves."""
        return self._collected("_state")

    def _collected(self, what: str) -> Live:
        arrays = {name: array for name, array in getattr(self, what).items() if array is not None}
        for child, layer in self.children.items():
            arrays |= {f"{child}.{name}": array for name, array in layer._collected(what).items()}
        return Live(arrays)

    def keep(self, *arrays: np.ndarray) -> None:
        """Put new numbers into the layer's own state, in its order."""
        for old, new in zip(self._state.values(), arrays, strict=True):
            old[...] = new

    def walk(self, name: str = "") -> Iterator[tuple[str, "Layer"]]:
        """Go through this layer and all inside it, each with its dotted name, outer ones first."""
        yield name, self
        for child, layer in self.children.items():
            yield from layer.walk(f"{name}.{child}" if name else child)

    def train(self) -> "Layer":
        """Behave as in training, here and in every layer inside: dropout drops, batch norm uses the batch's statistics."""
        for _, layer in self.walk():
            layer.training = True
        return self

    def eval(self) -> "Layer":
        """Behave as in use, here and in every layer inside: nothing is dropped, running statistics hold."""
        for _, layer in self.walk():
            layer.training = False
        return self

    def _copied(self) -> "Layer":
        return copy.deepcopy(self, {id(layer._cache): None for _, layer in self.walk()})  # caches may be large and serve once

    def astype(self, dtype) -> "Layer":
        """Copy the layer with its floating-point arrays in another precision.

        Parameters
        ----------
        dtype : np.dtype
            ``np.float64`` for a gradient check, say.

        Returns
        -------
        Layer
            Without caches and gradients. The layer itself stays as it is.

        Raises
        ------
        TypeError
            For a dtype that is not floating-point.
        """
        if np.dtype(dtype).kind != "f":
            raise TypeError(f"astype: {np.dtype(dtype)} is no floating-point dtype; give np.float32 or np.float64")
        twin = self._copied()
        for _, layer in twin.walk():
            layer._gradients = {}
            for arrays in (layer._parameters, layer._state):
                arrays |= {name: a.astype(dtype) for name, a in arrays.items() if a is not None and a.dtype.kind == "f"}
        return twin

    def save(self, path) -> None:
        """Write the parameters and the state to a file of the safetensors format, in one step.

        Parameters
        ----------
        path : str or pathlib.Path
            ``"lenet.safetensors"``, say. A file that stands there is replaced once the new one is complete, never before.

        Raises
        ------
        OSError
            When the disk is full or refuses; what stood there before is unharmed.

        Notes
        -----
        The names are PyTorch's: ``module.load_state_dict(safetensors.torch.load_file(path))`` takes the file, if the module's
        layers have the same names, as those of ``torch.nn.Sequential`` have.
        """
        file.write(path, self.parameters | self.state)

    def load(self, path) -> None:
        """Take the parameters and the state from a file, in place.

        Parameters
        ----------
        path : str or pathlib.Path
            From :meth:`save`, or from PyTorch: ``safetensors.torch.save_file(module.state_dict(), path)``.

        Raises
        ------
        FileNotFoundError
            When there is no such file.
        ValueError
            When the file is damaged or belongs to another network: the message lists what is missing, extra or of another
            shape. The layer is then as it was.
        """
        arrays = self.parameters | self.state
        for name, new in file.read(path, arrays).items():
            arrays[name][...] = new

    def summary(self, x: np.ndarray | None = None) -> Table:
        """List the layers, the shapes of their results and the numbers they learn.

        Parameters
        ----------
        x : np.ndarray, optional
            A batch to try a copy of the layer on; otherwise the shapes are those of the last batch it was called on.

        Returns
        -------
        Table
            Text; a notebook shows it as a table.
        """
        seen = self._copied().eval() if x is not None else self
        if x is not None:
            seen(x)
        rows = [("layer", "output shape", "parameters")]
        for name, layer in seen.walk():
            if layer is not seen or not seen.children:
                count = sum(a.size for a in layer._parameters.values() if a is not None)
                rows.append((f"{name} {layer.kind}".strip(), str(layer._shape or "–"), f"{count:,}" if count else "–"))
        total = sum(a.size for a in seen.parameters.values())
        rows.append(("total", "", f"{total:,}"))
        first, second, third = (max(map(len, column)) for column in zip(*rows, strict=True))
        return Table("\n".join(f"{a:<{first}}  {b:<{second}}  {c:>{third}}" for a, b, c in rows))

    def __repr__(self) -> str:
        """Its kind, its arrays' shapes, its options; below, the layers inside."""
        arrays = [f"{name} {a.shape}" for name, a in (self._parameters | self._state).items() if a is not None]
        options = [f"{name}={value!r}" for name, value in self.options.items()]
        inside = [f"  {name}: {layer!r}".replace("\n", "\n  ") for name, layer in self.children.items()]
        return "\n".join([f"{self.kind}({', '.join(arrays + options)})", *inside])
