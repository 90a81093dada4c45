"""One slope at a time: nudging, stepping downhill, and the two activations."""

import numpy as np

from dlkit.cases import distinct_sizes
from dlkit.check import Call, Exercise, Mistake
from dlkit.numpy_ops import activations

LESSON = "02_backpropagation"


# --- numeric_gradient


class Surface:
    """A function of a table of numbers that bends everywhere, so that one-sided differences are seen to be off."""

    def __init__(self, a: np.ndarray):
        self.a = a

    def __call__(self, x):
        """Σ (x³/3 + e^(a·x)/2) + (Σ a·x)²/9, as a plain number; the square ties the numbers together."""
        return float(np.sum(x**3 / 3 + np.exp(self.a * x) / 2) + np.sum(self.a * x) ** 2 / 9)

    def __repr__(self) -> str:
        """The formula: a verdict shows it."""
        return "Σ (x³/3 + e^(a·x)/2) + (Σ a·x)²/9"


def _numeric_gradient(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[k] += h
        down[k] -= h
        gradient[k] = (f(up) - f(down)) / (2 * h)
    return gradient


def _nudged(quotient):
    """A mistake in the quotient alone: ``quotient(f(x), f(x + h), f(x − h), h)``."""

    def wrong(f, x, h=1e-5):
        gradient = np.zeros_like(x)
        for k in np.ndindex(x.shape):
            up, down = x.copy(), x.copy()
            up[k] += h
            down[k] -= h
            gradient[k] = quotient(f(x), f(up), f(down), h)
        return gradient

    return wrong


def _not_put_back(f, x, h=1e-5):
    gradient, moved = np.zeros_like(x), x.copy()
    for k in np.ndindex(x.shape):
        moved[k] += h
        above = f(moved)
        moved[k] -= 2 * h
        gradient[k] = (above - f(moved)) / (2 * h)
    return gradient


def _one_array(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        up = down = x.copy()
        up[k] += h
        down[k] -= h
        gradient[k] = (f(up) - f(down)) / (2 * h)
    return gradient


def _copied_once(f, x, h=1e-5):
    gradient, up, down = np.zeros_like(x), x.copy(), x.copy()
    for k in np.ndindex(x.shape):
        up[k] += h
        down[k] -= h
        gradient[k] = (f(up) - f(down)) / (2 * h)
    return gradient


def _first_only(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    gradient.flat[0] = _numeric_gradient(f, x, h).flat[0]
    return gradient


def _whole_rows(f, x, h=1e-5):
    gradient = np.zeros_like(x)
    for n in range(len(x)):
        up, down = x.copy(), x.copy()
        up[n] += h
        down[n] -= h
        gradient[n] = (f(up) - f(down)) / (2 * h)
    return gradient


def _tables(rng):
    calls = []
    for h, columns in ((0.1, 2), (0.2, 3), (0.05, 4), (0.1, 1)):
        shape = (int(rng.integers(5, 8)), columns)
        x, a = rng.uniform(0.5, 1.5, shape), rng.uniform(0.5, 1.5, shape)
        calls.append(Call((Surface(a), x), {"h": h}))
    return calls


numeric_gradient = Exercise(
    name="numeric_gradient",
    lesson=LESSON,
    reference=_numeric_gradient,
    inputs=_tables,
    takes="x[N D]",
    returns="gradient[N D]",
    mistakes=(
        Mistake(
            "one-sided difference",
            _nudged(lambda here, up, down, h: (up - here) / h),
            "You compared f(x + h) with f(x). A step to both sides cancels the bend of the curve, and is far more exact.",
        ),
        Mistake(
            "one-sided difference, downwards",
            _nudged(lambda here, up, down, h: (here - down) / h),
            "You compared f(x) with f(x − h). A step to both sides cancels the bend of the curve, and is far more exact.",
        ),
        Mistake(
            "divided by h, not 2h",
            _nudged(lambda here, up, down, h: (up - down) / h),
            "From x − h to x + h the distance is 2h: your slopes are twice too steep.",
        ),
        Mistake(
            "only back to the middle",
            _nudged(lambda here, up, down, h: (up - here) / (2 * h)),
            "After the nudge up, the number came back to x but not down to x − h: taking away h once only undoes the nudge.",
        ),
        Mistake(
            "not divided",
            _nudged(lambda here, up, down, h: up - down),
            "That is how much f changed. A slope is the change divided by the distance.",
        ),
        Mistake(
            "multiplied by h",
            _nudged(lambda here, up, down, h: (up - down) / 2 * h),
            "/ 2 * h divides by two and then multiplies by h: the whole distance belongs below the line, in brackets.",
        ),
        Mistake(
            "brackets round the difference forgotten",
            _nudged(lambda here, up, down, h: up - down / (2 * h)),
            "Division binds more tightly than subtraction: only the second value was divided.",
        ),
        Mistake(
            "up and down exchanged",
            _nudged(lambda here, up, down, h: (down - up) / (2 * h)),
            "The sign is wrong: the slope is the value above minus the value below.",
        ),
        Mistake(
            "number not put back",
            _not_put_back,
            "The first number is right, the later ones are not: each nudged number stayed moved while the next was tried.",
        ),
        Mistake(
            "copied once before the loop",
            _copied_once,
            "The first number is right, the later ones grow and grow: the two copies were made before the loop, so earlier "
            "nudges are still in them. Copy x anew for each number.",
        ),
        Mistake(
            "up and down are one array",
            _one_array,
            "All slopes are zero: up and down are two names of the same array, and what one gained the other took away. Make "
            "two copies.",
        ),
        Mistake(
            "only the first number",
            _first_only,
            "All entries but the first are zero. Does the line with return stand inside the loop?",
        ),
        Mistake(
            "whole rows nudged",
            _whole_rows,
            "x[k] with a single k is a whole row: all of its numbers moved together. Move one number, by row and column.",
        ),
        Mistake(
            "one slope a row",
            lambda f, x, h=1e-5: _whole_rows(f, x, h)[:, 0],
            "There is one slope for each row of x: a whole row was nudged at a time. Each number needs a slope of its own.",
        ),
        Mistake(
            "one slope for everything",
            lambda f, x, h=1e-5: (f(x + h) - f(x - h)) / (2 * h),
            "A single number came back: x + h moves every number at once. Move one at a time, and keep a slope for each.",
        ),
        Mistake(
            "everything nudged at once",
            lambda f, x, h=1e-5: np.full_like(x, (f(x + h) - f(x - h)) / (2 * h)),
            "x + h moves every number at once, so all slopes are added up. Move one at a time.",
        ),
        Mistake(
            "h ignored",
            lambda f, x, h=1e-5: _numeric_gradient(f, x, 1e-5),
            "Your slopes are finer than two points at x + h and x − h can give: another distance was used, or more points. Use "
            "the h that is passed in, and two points.",
        ),
    ),
)


# --- gradient_step


def _weights(rng):
    shapes = [distinct_sizes(rng, 2, 2, 7) for _ in range(3)] + [[1, 3]]
    return [
        Call((rng.standard_normal(shape), rng.standard_normal(shape), float(eta)))
        for shape, eta in zip(shapes, rng.uniform(0.05, 0.6, 4).round(3), strict=True)
    ]


gradient_step = Exercise(
    name="gradient_step",
    lesson=LESSON,
    reference=lambda w, dw, eta: w - eta * dw,
    inputs=_weights,
    takes="w[D_out D_in] dw[D_out D_in]",
    returns="w[D_out D_in]",
    mistakes=(
        Mistake(
            "uphill",
            lambda w, dw, eta: w + eta * dw,
            "The gradient points to where the loss rises. Training minimises: go the other way.",
        ),
        Mistake("learning rate forgotten", lambda w, dw, eta: w - dw, "The whole gradient was taken; η does not appear."),
        Mistake(
            "only the step",
            lambda w, dw, eta: -eta * dw,
            "That is the step itself. It starts from where the weights are now (=- is not -=).",
        ),
        Mistake(
            "only the change",
            lambda w, dw, eta: eta * dw,
            "That is how far to go. Take it away from the weights, and return where they end up.",
        ),
        Mistake(
            "weights scaled too",
            lambda w, dw, eta: eta * (w - dw),
            "η multiplies the weights as well. It belongs to the gradient alone.",
        ),
        Mistake("divided by the learning rate", lambda w, dw, eta: w - dw / eta, "A smaller η should make a smaller step."),
        Mistake(
            "averaged over the rows",
            lambda w, dw, eta: w - eta * dw / len(dw),
            "The gradient was divided by the number of its rows. The average over the batch is in the loss, and so in dw "
            "already; rows here are neurons.",
        ),
        Mistake(
            "one step for all weights",
            lambda w, dw, eta: w - eta * dw.mean(),
            "Every weight moved by the same amount. Each has a slope of its own.",
        ),
        Mistake(
            "sign of the gradient only",
            lambda w, dw, eta: w - eta * np.sign(dw),
            "Every step has the length η. Where the slope is steep the step should be long.",
        ),
        Mistake("nothing moved", lambda w, dw, eta: w.copy(), "The weights came back as they were."),
    ),
)


# --- sigmoid_backward


def _activations(rng):
    calls = []
    for shape in (*(distinct_sizes(rng, 2, 2, 7) for _ in range(3)), (1, 3)):
        y, _ = activations.sigmoid_forward(2 * rng.standard_normal(shape))
        calls.append(Call((rng.standard_normal(shape), y)))
    return calls


sigmoid_backward = Exercise(
    name="sigmoid_backward",
    lesson=LESSON,
    reference=lambda dy, y: dy * y * (1 - y),
    inputs=_activations,
    takes="dy[N D] y[N D]",
    returns="dx[N D]",
    mistakes=(
        Mistake(
            "sigmoid taken twice",
            lambda dy, y: dy * activations.logistic(y) * (1 - activations.logistic(y)),
            "σ was applied to y, which is a sigmoid already. The slope can be read off y as it is.",
        ),
        Mistake(
            "upstream forgotten",
            lambda dy, y: y * (1 - y),
            "That is the local slope. The chain rule multiplies it by the upstream gradient dy.",
        ),
        Mistake(
            "upstream added",
            lambda dy, y: dy + y * (1 - y),
            "Upstream and slope were added. Slopes in a chain are multiplied.",
        ),
        Mistake("factor y missing", lambda dy, y: dy * (1 - y), "The slope has two factors, y and 1 − y; y is missing."),
        Mistake("factor 1 − y missing", lambda dy, y: dy * y, "The slope has two factors, y and 1 − y; 1 − y is missing."),
        Mistake(
            "slope of tanh",
            lambda dy, y: dy * (1 - y**2),
            "1 − y² is the slope of tanh. The sigmoid's has its largest value, a quarter, at y = ½.",
        ),
        Mistake(
            "brackets forgotten",
            lambda dy, y: dy * y * 1 - y,
            "Without brackets, 1 is multiplied and y is subtracted from the whole.",
        ),
        Mistake(
            "wrong sign",
            lambda dy, y: dy * y * (y - 1),
            "The sign is wrong: a sigmoid rises everywhere, so its slope is positive.",
        ),
        Mistake(
            "averaged over the batch",
            lambda dy, y: dy * y * (1 - y) / len(y),
            "The result was divided by N. The average belongs to the loss, and is in dy already.",
        ),
    ),
)


# --- relu_backward


def _rectified(rng):
    calls = []
    for shape in (*(distinct_sizes(rng, 2, 3, 8) for _ in range(3)), (1, 4)):
        x = rng.standard_normal(shape)
        x.flat[:3] = np.copysign(x.flat[:3], (1, -1, 1))  # both signs
        x.flat[2] = 0.0
        dy = rng.standard_normal(shape)
        dy.flat[:2] = np.abs(dy.flat[:2]) * rng.choice((-1, 1))
        calls.append(Call((dy, x)))
    calls[0].args[0].flat[0] = -0.7  # a negative gradient where the number passed
    return calls


relu_backward = Exercise(
    name="relu_backward",
    lesson=LESSON,
    reference=lambda dy, x: dy * (x > 0),
    inputs=_rectified,
    takes="dy[N D] x[N D]",
    returns="dx[N D]",
    mistakes=(
        Mistake(
            "forward again",
            lambda dy, x: np.maximum(x, 0),
            "That is the forward pass: it is dy that should come through the gate, not x.",
        ),
        Mistake(
            "ReLU of the gradient",
            lambda dy, x: np.maximum(dy, 0),
            "The gate looked at the sign of dy. A gradient may be negative; what opens the gate is x.",
        ),
        Mistake(
            "two gates",
            lambda dy, x: dy * (x > 0) * (dy > 0),
            "Negative gradients were stopped too. Only the sign of x decides.",
        ),
        Mistake(
            "upstream forgotten",
            lambda dy, x: (x > 0).astype(float),
            "That is the gate, ones and zeros. The chain rule multiplies it by dy.",
        ),
        Mistake(
            "gate the wrong way round",
            lambda dy, x: dy * (x < 0),
            "The gradient passed exactly where the number was stopped: it should pass where the number passed.",
        ),
        Mistake("no gate", lambda dy, x: dy.copy(), "dy came back unchanged. Where x was cut to zero, no gradient flows."),
        Mistake(
            "multiplied by x",
            lambda dy, x: dy * np.maximum(x, 0),
            "dy was multiplied by the output. The slope of the open gate is 1, whatever the height.",
        ),
        Mistake(
            "open at zero",
            lambda dy, x: dy * (x >= 0),
            "Only the places with x = 0 are wrong. There is no slope at the kink; here, as in PyTorch, 0 is taken.",
        ),
        Mistake(
            "sign of x",
            lambda dy, x: dy * np.sign(x),
            "Where x is negative you hand back −dy: that is the slope of |x|. There the output is flat.",
        ),
        Mistake(
            "a gate a row",
            lambda dy, x: dy * (x.sum(axis=1, keepdims=True) > 0),
            "Whole rows were let through or stopped. Each number has its own gate.",
        ),
    ),
)
