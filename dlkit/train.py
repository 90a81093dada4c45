"""The training loop: epochs, a progress bar, early stopping, Ctrl-C; for NumPy and PyTorch alike."""

import copy
import os
from collections.abc import Callable, Iterator
from math import isfinite

import numpy as np

from dlkit.device import to_numpy, to_torch
from dlkit.shapes import whole


class History(dict):
    """What was measured: a list by name, one number an epoch; ``history["loss"]`` or ``history.loss``.

    Attributes
    ----------
    interrupted : bool
        Whether training was stopped by hand.
    best_epoch : int or None
        The epoch with the smallest watched number, counted from 1; ``None`` without ``validate``.
    stopped : str
        Why training ended, in a sentence.
    """

    def __init__(self):
        super().__init__()
        self.interrupted, self.best_epoch, self.stopped = False, None, ""

    def __getattr__(self, name: str) -> list[float]:
        """The list of that name."""
        if name in self:
            return self[name]
        raise AttributeError(f"nothing called {name!r} was measured; there are {', '.join(self) or 'no epochs'}")

    def __repr__(self) -> str:
        """Each list by its first and last number, and why training ended."""
        lines = [f"{name}: {values[0]:.4g} → {values[-1]:.4g}" for name, values in self.items()]
        return "\n".join([*lines, self.stopped])

    def _note(self, numbers: dict[str, float]) -> None:
        for name, value in numbers.items():
            self.setdefault(name, []).append(value)


def fit(
    step: Callable,
    batches,
    *,
    epochs: int,
    validate: Callable | None = None,
    patience: int | None = None,
    keep=None,
    progress: bool = True,
) -> History:
    """Train for some epochs, and say what happened.

    Parameters
    ----------
    step : callable
        Learns from one batch, ``step(x, target)``, and returns its loss: one number, or a dictionary of numbers. See
        :func:`numpy_step` and :func:`torch_step`.
    batches : callable or iterable
        A function that gives a fresh run through the data each epoch, ``lambda: batches(rng, x, y, 32)``; or a list or a
        ``DataLoader``. Each batch is a tuple or list, handed to ``step`` as arguments, or one array.
    epochs : int
        How often to go through the data.
    validate : callable, optional
        Called after each epoch; returns one number or a dictionary of them, recorded as ``validation_…``. The number, or the
        first of the dictionary, is watched; smaller is better, so watch a loss or an error rate.
    patience : int, optional
        Stop after so many epochs in a row without a new best.
    keep : optional
        What holds the parameters, so that those of the best epoch are put back however training ends: a layer, a
        ``torch.nn.Module``, a dictionary of arrays, a tuple of these, or a pair of functions ``snapshot()`` and
        ``restore(snapshot)``.
    progress : bool
        Whether to show a bar. The environment variable ``TQDM_DISABLE=1`` turns all bars off.

    Returns
    -------
    History
        Of finished epochs: the mean of each of ``step``'s numbers over the batches, and what ``validate`` returned.

    Raises
    ------
    FloatingPointError
        When a number is NaN or infinite; names epoch and batch. What was measured before is the error's ``history``.
    TypeError
        When ``step`` or ``validate`` return anything but numbers, or ``batches`` cannot be gone through, or only once.
    ValueError
        When there are no batches, or an option does not fit the others.

    Notes
    -----
    Ctrl-C, or the notebook's stop button, ends training and keeps what was learned: a sentence says so, and the history so
    far is returned with ``interrupted`` set.

    Lesson: 04_training
    Source: Goodfellow, Bengio and Courville, 2016, Deep Learning, algorithm 7.1 (early stopping).
    """
    epochs = whole("fit", "epochs", epochs, least=1)
    patience = None if patience is None else whole("fit", "patience", patience, least=1)
    if validate is None and (patience is not None or keep is not None):
        raise ValueError("fit: patience and keep need validate: the training loss alone cannot tell which epoch was best")
    if isinstance(batches, Iterator) and epochs > 1:
        raise TypeError(
            f"fit: batches can be gone through once, but there are {epochs} epochs. Pass a function that starts anew, "
            "such as lambda: batches(rng, x, y, 32), or a list"
        )
    if not callable(batches) and not hasattr(batches, "__iter__"):
        raise TypeError(f"fit: batches is a {type(batches).__name__}; pass a function that gives batches, or a list of them")
    snapshot, restore = (None, None) if keep is None else _keeper(keep)
    history, best, kept, place = History(), None, None, "before the first batch"
    from tqdm.auto import tqdm

    history.stopped = f"All {epochs} epochs are done." if epochs > 1 else "The one epoch is done."
    total = epochs * len(batches) if hasattr(batches, "__len__") else None
    hidden = not progress or bool(os.environ.get("TQDM_DISABLE"))
    with tqdm(total=total, disable=hidden or None, unit="batch") as bar:  # None: shown if someone looks on
        try:
            for epoch in range(1, epochs + 1):
                bar.set_description(f"epoch {epoch}/{epochs}")
                measured: dict[str, list[float]] = {}
                for k, batch in enumerate(batches() if callable(batches) else batches, 1):
                    place = f"in epoch {epoch}, batch {k}"
                    numbers = _numbers("step", step(*batch) if isinstance(batch, tuple | list) else step(batch), place)
                    for name, value in numbers.items():
                        measured.setdefault(name, []).append(value)
                    bar.update()
                    bar.set_postfix({name: f"{value:.3g}" for name, value in numbers.items()}, refresh=False)
                if not measured:
                    raise ValueError(_nothing_came(epoch))
                bar.total = epochs * k
                means = {name: float(np.mean(values)) for name, values in measured.items()}
                place = f"after epoch {epoch}"
                checked = {} if validate is None else _validation(validate, place)
                history._note(means | checked)
                if checked and (best is None or next(iter(checked.values())) < best):
                    copied = snapshot() if snapshot else None  # first: Ctrl-C may fall into it
                    watched, best = next(iter(checked.items()))
                    history.best_epoch, kept = epoch, copied
                elif patience and epoch - history.best_epoch >= patience:
                    history.stopped = f"Stopped after epoch {epoch}: {watched} has not fallen for {_epochs(patience)}."
                    break
        except KeyboardInterrupt:
            history.interrupted = True
            history.stopped = f"Stopped by hand {place}, of {_epochs(epochs)}; what was learned is kept."
        except FloatingPointError as error:
            error.history, history.stopped = history, f"Stopped {place}: a number was NaN or infinite."
            raise
        finally:
            if restore and kept is not None:
                restore(kept)
                history.stopped += f" The parameters are those of epoch {history.best_epoch}, {watched} {best:.4g}."
    if history.interrupted:
        print(history.stopped)
    return history


def _epochs(count: int) -> str:
    return "1 epoch" if count == 1 else f"{count} epochs"


def _nothing_came(epoch: int) -> str:
    if epoch == 1:
        return "fit: batches gave nothing; is the data set empty, or was it gone through before? Pass a function or a list"
    return f"fit: batches gave nothing in epoch {epoch}: it is used up. Pass a function that starts anew, or a list"


def _numbers(who: str, result, place: str) -> dict[str, float]:
    """What ``step`` or ``validate`` returned as numbers by name, if they are finite numbers."""
    if result is None:
        raise TypeError(f"fit: {who} returned nothing {place}; end it with: return loss")
    named = result if isinstance(result, dict) else {"loss": result}
    numbers = {}
    for name, value in named.items():
        value = to_numpy(value.float() if hasattr(value, "detach") else value)  # NumPy has not PyTorch's bfloat16
        if np.size(value) != 1 or np.asarray(value).dtype.kind not in "fiu":
            what = f"an array of shape {np.shape(value)}" if np.shape(value) else f"a {type(value).__name__}"
            raise TypeError(f"fit: {who} returned {what} as {name} {place}; return one number, such as its mean")
        numbers[name] = float(np.asarray(value).item())
        if not isfinite(numbers[name]):
            raise FloatingPointError(
                f"fit: {name} is {numbers[name]} {place}. Try a learning rate ten times smaller; clip the gradients; look for "
                "a logarithm or a division of something near zero, and for NaN in the data"
            )
    if not numbers:
        raise TypeError(f"fit: {who} returned an empty dictionary {place}; return at least the loss")
    return numbers


def _validation(validate: Callable, place: str) -> dict[str, float]:
    numbers = _numbers("validate", validate(), place)
    return {name if name.startswith("validation_") else f"validation_{name}": value for name, value in numbers.items()}


def _keeper(keep) -> tuple[Callable, Callable]:
    """Two functions: one copies the parameters, the other puts a copy back."""
    if isinstance(keep, tuple) and not any(hasattr(part, "parameters") or isinstance(part, dict) for part in keep):
        if len(keep) == 2 and all(map(callable, keep)):
            return keep
    elif isinstance(keep, tuple):
        keepers = [_keeper(part) for part in keep]

        def restore_all(copies):
            for (_, restore), copied in zip(keepers, copies, strict=True):
                restore(copied)

        return lambda: [snapshot() for snapshot, _ in keepers], restore_all
    if hasattr(keep, "load_state_dict"):
        return lambda: copy.deepcopy(keep.state_dict()), keep.load_state_dict
    if hasattr(keep, "parameters") and hasattr(keep, "state"):
        keep = keep.parameters | keep.state
    if not isinstance(keep, dict) or not all(isinstance(array, np.ndarray) for array in keep.values()):
        raise TypeError(
            f"fit: keep is a {type(keep).__name__}; give a layer, a torch.nn.Module, a dictionary of arrays, or a pair of "
            "functions that copy the parameters and put a copy back"
        )

    def restore(copies):
        for name, array in copies.items():
            keep[name][...] = array

    return lambda: {name: array.copy() for name, array in keep.items()}, restore


def numpy_step(network, loss: tuple[Callable, Callable], optimizer) -> Callable:
    """Make the step of a network of ``dlkit.layers``: forward, loss, backward, update.

    Parameters
    ----------
    network : Layer
        Put in training mode at each step.
    loss : (callable, callable)
        A pair of the course: ``value, cache = loss_forward(y, target)`` and ``gradients = loss_backward(1.0, cache)``.
    optimizer : Optimizer
        ``optimizer.step(gradients)`` changes the network's parameters in place.

    Returns
    -------
    callable
        ``step(x, target)`` returns the loss. Where that is NaN or infinite nothing is updated.

    Lesson: 04_training
    """
    loss_forward, loss_backward = loss

    def step(x, target):
        y = network.train()(x)
        value, cache = loss_forward(y, target)
        if np.isfinite(value):
            gradients = loss_backward(1.0, cache)
            network.backward(gradients[0] if isinstance(gradients, tuple) else gradients)
            optimizer.step(network.gradients)
        return value

    return step


def torch_step(module, loss: Callable, optimizer) -> Callable:
    """Make the step of a PyTorch network: forward, loss, backward, update.

    Parameters
    ----------
    module : torch.nn.Module
        Put in training mode at each step.
    loss : callable
        ``loss(y, target)``, such as ``torch.nn.functional.cross_entropy``.
    optimizer : torch.optim.Optimizer

    Returns
    -------
    callable
        ``step(x, target)`` returns the loss. NumPy arrays are copied to the module's device. Where the loss is NaN or infinite
        nothing is updated.

    Lesson: 04_training
    """

    def step(x, target):
        device = next(module.parameters()).device
        x, target = (to_torch(a, device=device) if isinstance(a, np.ndarray) else a.to(device) for a in (x, target))
        value = loss(module.train()(x), target)
        if isfinite(value.item()):
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
        return value.item()

    return step
