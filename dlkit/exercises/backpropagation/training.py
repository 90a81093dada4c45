"""The training loop: forward, loss, backward, update, until the validation loss stops falling."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.backpropagation.slopes import LESSON


class Regression:
    """A layer of neurons with the loss ½·mean of the squared differences: what the check trains."""

    def __call__(self, w, x, target):
        """The loss and its gradient with respect to w."""
        off = x @ w.T - target  # (N, D_out)
        return 0.5 * float((off**2).sum(axis=1).mean()), off.T @ x / len(x)

    def __repr__(self) -> str:
        """A verdict shows it."""
        return "loss and gradient of a linear layer"


class Batches(list):
    """A list of batches that a verdict shows in a few words."""

    def __repr__(self) -> str:
        """How many there are."""
        return f"{len(self)} pairs (x, target)"


class Distance:
    """A validation loss: how far the weights lie from some others; or, a little lower, from those of a later epoch.

    Where there is a floor, it falls no lower than that.
    """

    def __init__(self, best: np.ndarray, *, later: np.ndarray | None = None, gap: float = 0.0, floor: float = 0.0):
        self.best, self.later, self.gap, self.floor = best, later, gap, floor

    def __call__(self, w):
        """Σ (w − best)², and where there is a later low the smaller of that plus a gap and Σ (w − later)²."""
        near = float(((w - self.best) ** 2).sum()) + self.gap
        return max(self.floor, near if self.later is None else min(near, float(((w - self.later) ** 2).sum())))

    def __repr__(self) -> str:
        """A verdict shows it."""
        if self.floor:
            return "a loss that falls and then stands still"
        return "a loss that falls and then rises" + ("" if self.later is None else ", and much later falls again")


def _train(loss_and_gradient, validation_loss, w, batches, eta, epochs):
    best, lowest = w, validation_loss(w)
    for _ in range(epochs):
        for x, target in batches:
            _, dw = loss_and_gradient(w, x, target)
            w = w - eta * dw
        now = validation_loss(w)
        if now >= lowest:
            break
        best, lowest = w, now
    return best


def _epoch(loss_and_gradient, w, batches, eta):
    for x, target in batches:
        w = w - eta * loss_and_gradient(w, x, target)[1]
    return w


def _with_epoch(epoch):
    """A mistake inside the epoch: ``epoch(loss_and_gradient, w, batches, eta)``."""

    def wrong(loss_and_gradient, validation_loss, w, batches, eta, epochs):
        best, lowest = w, validation_loss(w)
        for _ in range(epochs):
            w = epoch(loss_and_gradient, w, batches, eta)
            now = validation_loss(w)
            if now >= lowest:
                break
            best, lowest = w, now
        return best

    return wrong


def _once_an_epoch(loss_and_gradient, w, batches, eta):
    for x, target in batches:
        _, dw = loss_and_gradient(w, x, target)
    return w - eta * dw


def _old_gradients(loss_and_gradient, w, batches, eta):
    return w - eta * sum(loss_and_gradient(w, x, target)[1] for x, target in batches)


def _frozen(loss_and_gradient, validation_loss, w, batches, eta, epochs):
    start = w
    return _with_epoch(lambda f, w, batches, eta: w - eta * sum(f(start, x, t)[1] for x, t in batches))(
        loss_and_gradient, validation_loss, w, batches, eta, epochs
    )


def _last_weights(loss_and_gradient, validation_loss, w, batches, eta, epochs):
    lowest = validation_loss(w)
    for _ in range(epochs):
        w = _epoch(loss_and_gradient, w, batches, eta)
        now = validation_loss(w)
        if now >= lowest:
            break
        lowest = now
    return w


def _never_stops(loss_and_gradient, validation_loss, w, batches, eta, epochs):
    for _ in range(epochs):
        w = _epoch(loss_and_gradient, w, batches, eta)
    return w


def _one_epoch(loss_and_gradient, validation_loss, w, batches, eta, epochs):
    return _train(loss_and_gradient, validation_loss, w, batches, eta, 1)


def _first_epoch_counts(loss_and_gradient, validation_loss, w, batches, eta, epochs):
    best, lowest = w, np.inf
    for _ in range(epochs):
        w = _epoch(loss_and_gradient, w, batches, eta)
        now = validation_loss(w)
        if now >= lowest:
            break
        best, lowest = w, now
    return best


def _goes_on(loss_and_gradient, validation_loss, w, batches, eta, epochs):
    best, lowest = w, validation_loss(w)
    for _ in range(epochs):
        w = _epoch(loss_and_gradient, w, batches, eta)
        now = validation_loss(w)
        if now < lowest:
            best, lowest = w, now
    return best


def _one_too_many(loss_and_gradient, validation_loss, w, batches, eta, epochs):
    best, before = w, validation_loss(w)
    for _ in range(epochs):
        w = _epoch(loss_and_gradient, w, batches, eta)
        now = validation_loss(w)
        if now < before:
            break
        best, before = w, now
    return best


def _after_every_batch(loss_and_gradient, validation_loss, w, batches, eta, epochs):
    best, lowest = w, validation_loss(w)
    for _ in range(epochs):
        for x, target in batches:
            w = w - eta * loss_and_gradient(w, x, target)[1]
            now = validation_loss(w)
            if now >= lowest:
                return best
            best, lowest = w, now
    return best


def _stands_still(loss_and_gradient, validation_loss, w, batches, eta, epochs):
    best, lowest = w, validation_loss(w)
    for _ in range(epochs):
        w = _epoch(loss_and_gradient, w, batches, eta)
        now = validation_loss(w)
        if now > lowest:
            break
        best, lowest = w, now
    return best


def _run(rng, outputs, contrary):
    """Weights, batches and a learning rate. Contrary: the first batch of an epoch leads another way than the two after it."""
    d = distinct_sizes(rng, 1, 5, 8)[0]
    w, truth = rng.standard_normal((outputs, d)), 2 * rng.standard_normal((outputs, d))
    xs = [rng.standard_normal((int(n), d)) for n in rng.integers(9, 15, 3)]
    other = 2 * w - truth if contrary else truth  # straight away from the others
    batches = Batches((x, x @ (truth if k else other).T) for k, x in enumerate(xs))
    return w, batches, float(np.round(rng.uniform(0.03, 0.08), 3))


def _runs(rng):
    """Runs whose validation loss is lowest after a chosen number of epochs: some, none, and more than there are.

    In the fifth it falls once more much later: training should have stopped before. In the sixth it does not fall with every
    batch, only with every epoch. In the last it stands still before its lowest weights are reached.
    """
    plan = [(3, 8, 2, None), (0, 4, 3, None), (6, 4, 4, None), (4, 9, 1, None), (2, 8, 3, "later"), (3, 7, 2, "contrary")]
    calls = []
    for best, epochs, outputs, kind in [*plan, (3, 8, 2, "floor")]:
        while True:
            w, batches, eta = _run(rng, outputs, kind == "contrary")
            path = [w]
            for _ in range(epochs + best):
                path.append(_epoch(Regression(), path[-1], batches, eta))
            validation = Distance(path[best])
            if kind == "later":
                gap = 0.01 * float(((path[6] - path[best + 1]) ** 2).sum())
                validation = Distance(path[best], later=path[6], gap=gap)
            if kind == "floor":
                validation = Distance(path[best + 3], floor=float(((path[best] - path[best + 3]) ** 2).sum()))
            call = Call((Regression(), validation, w, batches, eta, epochs))
            if np.array_equal(_train(*call.args), path[min(best, epochs)]) and (
                kind != "contrary" or not np.array_equal(_after_every_batch(*call.args), path[best])
            ):
                break
        calls.append(call)
    return calls


train = Exercise(
    name="train",
    lesson=LESSON,
    reference=_train,
    inputs=_runs,
    takes="w[D_out D_in]",
    returns="w[D_out D_in]",
    mistakes=(
        Mistake(
            "last weights instead of the best",
            _last_weights,
            "You stopped when the validation loss rose, but returned the weights after the rise. Keep those from before.",
        ),
        Mistake(
            "never stops",
            _never_stops,
            "All epochs were run and the last weights returned. Look at the validation loss after each epoch.",
        ),
        Mistake(
            "goes on after the rise",
            _goes_on,
            "You kept the best weights, but trained on after the validation loss had stopped falling, and took a later low. "
            "The first time it has not fallen, stop.",
        ),
        Mistake(
            "uphill or too far",
            _with_epoch(lambda f, w, batches, eta: _epoch(f, w, batches, -eta)),
            "The starting weights came back. Either the first epoch made things worse (look at the sign of the update, and "
            "whether η is in it), or nothing was kept: is the new w stored, and best whenever the loss has fallen?",
        ),
        Mistake(
            "one update an epoch",
            _with_epoch(_once_an_epoch),
            "Only the last batch of an epoch moved the weights. Is the update indented as deep as the gradient?",
        ),
        Mistake(
            "gradients of old weights",
            _with_epoch(_old_gradients),
            "All gradients of an epoch were taken at the weights with which it began. After each batch the weights are new.",
        ),
        Mistake(
            "gradient computed once",
            _frozen,
            "The gradient was taken at the very first weights and used for ever. It must be computed anew for each batch.",
        ),
        Mistake(
            "first batch only",
            _with_epoch(lambda f, w, batches, eta: _epoch(f, w, batches[:1], eta)),
            "Only the first batch was used. Does something leave the inner loop too early?",
        ),
        Mistake(
            "one batch only",
            lambda f, validation_loss, w, batches, eta, epochs: _epoch(f, w, batches[:1], eta),
            "The weights moved once, for the first batch. Does the line with return stand inside the inner loop?",
        ),
        Mistake(
            "one epoch only",
            _one_epoch,
            "The weights are those after one epoch. Does the line with return stand inside the loop, or does each epoch begin "
            "with the first weights again?",
        ),
        Mistake(
            "starting weights never considered",
            _first_epoch_counts,
            "The first epoch always counted as better. Where it makes things worse, the starting weights should come back.",
        ),
        Mistake(
            "compared after every batch",
            _after_every_batch,
            "The validation loss was looked at after every batch. One batch may lead astray and the next ones back: look once "
            "an epoch, after the inner loop.",
        ),
        Mistake(
            "goes on when it stands still",
            _stands_still,
            "You stopped only when the validation loss rose. Stop when it has not fallen: standing still counts too.",
        ),
        Mistake(
            "stopped while it falls",
            _one_too_many,
            "Training stopped as soon as the validation loss fell. It should stop when it no longer falls.",
        ),
    ),
)
