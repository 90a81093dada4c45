"""The backward passes: the winner takes all, or everybody an equal share."""

import numpy as np

from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.pooling.maximum import LESSON, WINDOWS, images, places
from dlkit.numpy_ops import pooling as ops


def _calls(rng, pictures, windows):
    shapes = [places(x, *window) for x, window in zip(pictures, windows, strict=True)]
    return [Call((rng.standard_normal(shape), x, *window)) for shape, x, window in zip(shapes, pictures, windows, strict=True)]


def _upstreams(rng: np.random.Generator) -> list[Call]:
    return _calls(rng, images(rng), WINDOWS)


def _upstreams_with_ties(rng: np.random.Generator) -> list[Call]:
    """Last but one a batch of whole numbers, where many cells tie."""
    pictures = images(rng)
    tied = rng.integers(-1, 2, (3, 2, 8, 7)).astype(float)
    return _calls(rng, [*pictures[:-1], tied, pictures[-1]], [*WINDOWS[:-1], (3, 2), WINDOWS[-1]])


def _max_pool2d_backward(dy, x, kernel_size, stride):
    _, cache = ops.max_pool2d_forward(x, kernel_size=kernel_size, stride=stride)
    return ops.max_pool2d_backward(dy, cache)


def _routed(dy, x, kernel_size, stride, *, step=None, winner=np.argmax, top=True, swapped=False, write=np.add, value=None):
    """Hand the gradient of every window to one of its cells, as the loop of the lesson does, with one thing wrong."""
    dx, step = np.zeros_like(x), stride if step is None else step
    images, channels = np.ogrid[: x.shape[0], : x.shape[1]]
    for p, q in np.ndindex(*dy.shape[2:]):
        window = x[:, :, p * step : p * step + kernel_size, q * step : q * step + kernel_size]
        place = winner(window.reshape(*window.shape[:2], -1), axis=2)  # (N, C)
        i, j = np.divmod(place, kernel_size)
        i, j = (j, i) if swapped else (i, j)
        here = images, channels, i + top * p * step, j + top * q * step
        dx[here] = write(dx[here], dy[:, :, p, q] if value is None else value(dy[:, :, p, q], x[here]))
    return dx


def _last(flat, axis):
    return flat.shape[axis] - 1 - np.argmax(np.flip(flat, axis), axis)


def _replaced(old, new):
    return new


def _spread(dy, x, kernel_size, stride, share, *, step=None, write=np.add):
    """Write ``share(window, g)`` into every window, g being its gradient as (N, C, 1, 1)."""
    dx, step = np.zeros_like(x), stride if step is None else step
    for p, q in np.ndindex(*dy.shape[2:]):
        here = np.s_[:, :, p * step : p * step + kernel_size, q * step : q * step + kernel_size]
        dx[here] = write(dx[here], share(x[here], dy[:, :, p, q, None, None]))
    return dx


def _mask(window):
    return window == window.max(axis=(2, 3), keepdims=True)


def _first_mask(window):
    """True at the first of the largest cells."""
    flat = window.reshape(*window.shape[:2], -1)
    return (np.arange(flat.shape[2]) == flat.argmax(2)[..., None]).reshape(window.shape)


def _over_channels(window):
    return window == window.max(axis=(1, 2, 3), keepdims=True)


def _share(window, g):
    return np.broadcast_to(g / (window.shape[2] * window.shape[3]), window.shape)


def _first_place(dy):
    left = np.zeros_like(dy)
    left.flat[0] = dy.flat[0]
    return left


max_pool2d_backward = Exercise(
    name="max_pool2d_backward",
    lesson=LESSON,
    reference=_max_pool2d_backward,
    inputs=_upstreams_with_ties,
    takes="dy[N C H_out W_out] x[N C H W]",
    returns="dx[N C H W]",
    mistakes=(
        Mistake(
            "a share instead of all",
            lambda dy, x, kernel_size, stride: _routed(dy, x, kernel_size, stride, value=lambda g, _: g / kernel_size**2),
            "The winner got its gradient divided by the number of cells. That is the rule of the mean; here it takes all.",
        ),
        Mistake(
            "one maximum for all images and channels",
            lambda dy, x, kernel_size, stride: _spread(
                dy, x, kernel_size, stride, lambda cut, g: g * (cut == cut.max())
            ),
            "Only one cell of the whole batch wins at each place. Every image and channel has a winner of its own: take the "
            "maximum over axes 2 and 3, and keep the axes.",
        ),
        Mistake(
            "the gradient to every cell that ties",
            lambda dy, x, k, s: _spread(dy, x, k, s, lambda window, g: _mask(window) * g),
            "Where several cells of a window tie, each got the whole gradient. Only one cell was passed on: the first "
            "in reading "
            "order gets it.",
        ),
        Mistake(
            "the gradient shared among cells that tie",
            lambda dy, x, k, s: _spread(dy, x, k, s, lambda w, g: _mask(w) * g / _mask(w).sum((2, 3), keepdims=True)),
            "Where several cells tie, the gradient was divided among them. That is a fair choice, but not the one "
            "made here: the "
            "first in reading order gets all.",
        ),
        Mistake(
            "the last of equal cells wins",
            lambda dy, x, k, s: _routed(dy, x, k, s, winner=_last),
            "Where several cells tie, the last one got the gradient. A later cell wins only if it is larger, not if "
            "it is equal.",
        ),
        Mistake(
            "written with = instead of +=",
            lambda dy, x, k, s: _routed(dy, x, k, s, write=_replaced),
            "Where one cell won several windows, only the last window's gradient is there. Such a cell collects all of them.",
        ),
        Mistake(
            "the whole window overwritten",
            lambda dy, x, k, s: _spread(dy, x, k, s, lambda window, g: _first_mask(window) * g, write=_replaced),
            "Each window was replaced as a whole, zeros included, and wiped out what its neighbours had left there. Add to it.",
        ),
        Mistake(
            "the gradient to every cell of the window",
            lambda dy, x, k, s: _spread(dy, x, k, s, lambda window, g: np.broadcast_to(g, window.shape)),
            "Every cell of a window got the gradient. Only the winner's value was passed on; nudging the others "
            "changes nothing.",
        ),
        Mistake(
            "shared out as in average pooling",
            lambda dy, x, k, s: _spread(dy, x, k, s, _share),
            "Every cell got an equal share. That is the way back of the mean; a maximum sends everything to its winner.",
        ),
        Mistake(
            "wins counted, dy left out",
            lambda dy, x, k, s: _max_pool2d_backward(np.ones_like(dy), x, k, s),
            "dx holds how often each cell won: whole numbers. Each win brings the dy of its window.",
        ),
        Mistake(
            "multiplied by the value",
            lambda dy, x, k, s: _routed(dy, x, k, s, value=lambda g, v: g * v),
            "The gradient was multiplied by the winner's value. The value was passed on as it was, so its slope is one.",
        ),
        Mistake(
            "the value itself sent back",
            lambda dy, x, k, s: _routed(dy, x, k, s, value=lambda g, v: v),
            "The winner's value was put into dx. What goes back is the gradient dy, whatever the value.",
        ),
        Mistake(
            "the winner's place inside its window",
            lambda dy, x, k, s: _routed(dy, x, k, s, top=False),
            "Everything landed in the upper left corner: argmax gives the place inside the window. Where does the "
            "window start?",
        ),
        Mistake(
            "rows and columns of the winner exchanged",
            lambda dy, x, k, s: _routed(dy, x, k, s, swapped=True),
            "Row and column inside the window are exchanged. Cell number m of a window of width k lies in row m // k, "
            "column m % k.",
        ),
        Mistake(
            "stride forgotten where the window is cut",
            lambda dy, x, k, s: _routed(dy, x, k, s, step=1),
            "The windows stand one cell apart, whatever the stride was on the way forward.",
        ),
        Mistake(
            "the smallest cell gets it",
            lambda dy, x, k, s: _routed(dy, x, k, s, winner=np.argmin),
            "The gradient went to the smallest cell of each window.",
        ),
        Mistake(
            "channels mixed",
            lambda dy, x, k, s: _spread(dy, x, k, s, lambda window, g: _over_channels(window) * g),
            "The winner was looked for in all channels at once. Each channel has a winner of its own.",
        ),
        Mistake(
            "averaged over the batch",
            lambda dy, x, k, s: _max_pool2d_backward(dy, x, k, s) / max(len(x), 1),
            "dx was divided by N. The average over the batch belongs to the loss and is already in dy.",
        ),
        Mistake(
            "only the first place handed back",
            lambda dy, x, k, s: _max_pool2d_backward(_first_place(dy), x, k, s),
            "Only the first window sent its gradient back. Does the line with return stand inside the loop?",
        ),
    ),
)


def _avg_pool2d_backward(dy, x, kernel_size, stride):
    _, cache = ops.avg_pool2d_forward(x, kernel_size=kernel_size, stride=stride)
    return ops.avg_pool2d_backward(dy, cache)


def _by_overlap(dy, x, kernel_size, stride):
    """The mean instead of the sum where windows overlap."""
    dx = _avg_pool2d_backward(dy, x, kernel_size, stride)
    seen = _avg_pool2d_backward(np.ones_like(dy), x, kernel_size, stride) * kernel_size**2
    return dx / np.maximum(np.rint(seen), 1)


def _corner(window, g):
    share = np.zeros_like(window)
    share[:, :, 0, 0] = g[:, :, 0, 0]
    return share


avg_pool2d_backward = Exercise(
    name="avg_pool2d_backward",
    lesson=LESSON,
    reference=_avg_pool2d_backward,
    inputs=_upstreams,
    takes="dy[N C H_out W_out] x[N C H W]",
    returns="dx[N C H W]",
    mistakes=(
        Mistake(
            "starting from the image",
            lambda dy, x, kernel_size, stride: x + _avg_pool2d_backward(dy, x, kernel_size, stride),
            "dx holds the image itself, with the gradients added to it. Of x only the shape and the dtype are wanted: start "
            "from zeros.",
        ),
        Mistake(
            "the whole gradient to every cell",
            lambda dy, x, k, s: _avg_pool2d_backward(dy, x, k, s) * k**2,
            "Every cell of a window got the whole gradient. It made up only a part of the mean: which part?",
        ),
        Mistake(
            "divided by the side of the window",
            lambda dy, x, k, s: _avg_pool2d_backward(dy, x, k, s) * k,
            "The gradient was divided by the side of the window. How many cells share it?",
        ),
        Mistake(
            "divided by the stride",
            lambda dy, x, k, s: _avg_pool2d_backward(dy, x, k, s) * k**2 / s**2,
            "The gradient was divided by stride·stride. The cells of the window share it, however far apart windows stand.",
        ),
        Mistake(
            "divided twice",
            lambda dy, x, k, s: _avg_pool2d_backward(dy, x, k, s) / k**2,
            "The share was divided by the number of cells once more.",
        ),
        Mistake(
            "divided by the number of windows",
            lambda dy, x, k, s: _avg_pool2d_backward(dy, x, k, s) * k**2 / (dy.shape[2] * dy.shape[3]),
            "The gradient was divided by the number of windows. It is shared among the cells of one window.",
        ),
        Mistake(
            "written with = instead of +=",
            lambda dy, x, k, s: _spread(dy, x, k, s, _share, write=_replaced),
            "Where windows overlap, only the last one's share is there. A cell collects the shares of all windows that saw it.",
        ),
        Mistake(
            "overlaps averaged",
            _by_overlap,
            "Where windows overlap, the shares were averaged. Each window used the cell, so the shares add up.",
        ),
        Mistake(
            "all to the largest cell",
            _max_pool2d_backward,
            "The largest cell got everything: that is the way back of max pooling.",
        ),
        Mistake(
            "all to the first cell",
            lambda dy, x, k, s: _spread(dy, x, k, s, _corner),
            "Only the upper left cell of each window got something. All cells of the window made the mean.",
        ),
        Mistake(
            "multiplied by the value",
            lambda dy, x, k, s: _spread(dy, x, k, s, lambda window, g: _share(window, g) * window),
            "The share was multiplied by the cell's value. The slope of a mean is the same for every cell, whatever its value.",
        ),
        Mistake(
            "shares counted, dy left out",
            lambda dy, x, k, s: _avg_pool2d_backward(np.ones_like(dy), x, k, s),
            "dx does not depend on dy. Each share is a part of the dy of its window.",
        ),
        Mistake(
            "stride forgotten where the window is cut",
            lambda dy, x, k, s: _spread(dy, x, k, s, _share, step=1),
            "The windows stand one cell apart, whatever the stride was on the way forward.",
        ),
        Mistake(
            "averaged over the batch",
            lambda dy, x, k, s: _avg_pool2d_backward(dy, x, k, s) / len(x),
            "dx was divided by N. The average over the batch belongs to the loss and is already in dy.",
        ),
        Mistake(
            "only the first place handed back",
            lambda dy, x, k, s: _avg_pool2d_backward(_first_place(dy), x, k, s),
            "Only the first window sent its gradient back. Does the line with return stand inside the loop?",
        ),
    ),
)
