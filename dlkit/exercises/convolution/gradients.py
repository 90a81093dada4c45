"""The backward pass of a convolution."""

import numpy as np

from dlkit.check import Call, Exercise, Mistake
from dlkit.exercises.convolution.images import convolutions
from dlkit.exercises.convolution.windows import LESSON, normal
from dlkit.numpy_ops import convolution as ops


def _forward(x, w, stride, padding):
    """The output's shape and the cache, with a bias of zeros so that there is a db."""
    y, cache = ops.conv2d_forward(x, w, np.zeros(len(w), x.dtype), stride=stride, padding=padding)
    return y.shape, cache


def _conv2d_backward(dy, x, w, stride=1, padding=0):
    return ops.conv2d_backward(dy, _forward(x, w, stride, padding)[1])


def _upstreams(rng):
    calls = []
    for call in convolutions(rng):
        x, w, _ = call.args
        shape, _ = _forward(x, w, call.options.get("stride", 1), call.options.get("padding", 0))
        calls.append(Call((*normal(rng, shape), x, w), call.options))
    return calls


def _dx(dx):
    """A mistake in dx alone: ``dx(dy, x, w, stride, padding)`` replaces the right one."""
    return lambda dy, x, w, stride=1, padding=0: (
        dx(dy, x, w, stride, padding),
        *_conv2d_backward(dy, x, w, stride, padding)[1:],
    )


def _dw(dw):
    """A mistake in dw alone."""

    def wrong(dy, x, w, stride=1, padding=0):
        dx, _, db = _conv2d_backward(dy, x, w, stride, padding)
        return dx, dw(dy, x, w, stride, padding), db

    return wrong


def _db(db):
    """A mistake in db alone; it needs only dy."""
    return lambda dy, x, w, stride=1, padding=0: (*_conv2d_backward(dy, x, w, stride, padding)[:2], db(dy))


def _pad(x, padding):
    return np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])


def _overwritten(dy, x, w, stride, padding):
    """Windows written into dx with = where += is needed, in the order of the loops."""
    dx = np.zeros_like(_pad(x, padding))
    for p in range(dy.shape[2]):
        for q in range(dy.shape[3]):
            window = np.einsum("no,ocij->ncij", dy[:, :, p, q], w)
            dx[:, :, p * stride : p * stride + w.shape[2], q * stride : q * stride + w.shape[3]] = window
    return dx[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]


def _overwritten_everywhere(dy, x, w, stride, padding):
    """The four loops of the lesson with = for +=: dx loses the sum over filters too, dw all places but the last."""
    padded, dw = _pad(x, padding), np.zeros_like(w)
    dpadded = np.zeros_like(padded)
    for n, o, p, q in np.ndindex(*dy.shape):
        here = n, slice(None), slice(p * stride, p * stride + w.shape[2]), slice(q * stride, q * stride + w.shape[3])
        dpadded[here] = dy[n, o, p, q] * w[o]
        dw[o] = dy[n, o, p, q] * padded[here]
    return dpadded[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]], dw


def _first_filter(dy, x, w, stride, padding):
    return _conv2d_backward(dy[:, :1], x, w[:1], stride, padding)[0]


conv2d_backward = Exercise(
    name="conv2d_backward",
    lesson=LESSON,
    reference=_conv2d_backward,
    inputs=_upstreams,
    takes="dy[N C_out H_out W_out] x[N C_in H W] w[C_out C_in KH KW]",
    returns="dx[N C_in H W] dw[C_out C_in KH KW] db[C_out]",
    mistakes=(
        Mistake(
            "dx without the full padding",
            _dx(lambda dy, x, w, stride, padding: ops.conv2d_forward(dy, w.swapaxes(0, 1)[:, :, ::-1, ::-1])[0]),
            "The kernel was slid over dy as it is, so dx came out smaller than x. The pixels at the edge also lie "
            "under windows: "
            "dy must be padded by F − 1 on each side, or the windows handed back one by one.",
        ),
        Mistake(
            "dx with the kernel flipped once too often",
            _dx(lambda dy, x, w, stride, padding: _conv2d_backward(dy, x, w[:, :, ::-1, ::-1], stride, padding)[0]),
            "In dx the kernel stands the wrong way round. A pixel under the kernel's corner gets that same corner's "
            "weight back; "
            "in the sliding form this means a flipped kernel, in the form that hands windows back it means the kernel "
            "as it is.",
        ),
        Mistake(
            "padding left on dx",
            _dx(lambda dy, x, w, stride, padding: _conv2d_backward(dy, _pad(x, padding), w, stride, 0)[0]),
            "dx has the size of the padded image. The border was never part of x: cut it off.",
        ),
        Mistake(
            "overlaps overwritten",
            _dx(_overwritten),
            "Where windows overlap, the last one won. A pixel that several windows saw collects the sum of their gradients.",
        ),
        Mistake(
            "dx written with = in the loops",
            _dx(lambda *call: _overwritten_everywhere(*call)[0]),
            "Every window of dx was replaced where it should have been added to: = keeps only the last filter and the "
            "last place "
            "that saw a pixel, += keeps them all.",
        ),
        Mistake(
            "dx without dy",
            _dx(lambda dy, x, w, stride, padding: _conv2d_backward(np.ones_like(dy), x, w, stride, padding)[0]),
            "dx holds only weights: each window must be multiplied by dy at its place.",
        ),
        Mistake(
            "dx from the first filter only",
            _dx(_first_filter),
            "Only filter 0 sends its gradient back to x. Every filter saw the pixel: sum over C_out.",
        ),
        Mistake(
            "dx for stride 1",
            _dx(lambda dy, x, w, stride, padding: _at_stride_one(dy, x, w, stride, padding)[0]),
            "In dx the windows stand one pixel apart, whatever the stride was on the way forward.",
        ),
        Mistake(
            "dw averaged over the batch",
            _dw(lambda dy, x, w, stride, padding: _conv2d_backward(dy / len(x), x, w, stride, padding)[1]),
            "dw was divided by N. The average over the batch belongs to the loss and is already in dy: here, add.",
        ),
        Mistake(
            "dw written with = in the loops",
            _dw(lambda *call: _overwritten_everywhere(*call)[1]),
            "dw holds only what the last place of the last image gave. Every place adds its share: += instead of =.",
        ),
        Mistake(
            "dw without dy",
            _dw(lambda dy, x, w, stride, padding: _conv2d_backward(np.ones_like(dy), x, w, stride, padding)[1]),
            "dw holds only sums of pixels: each window must be multiplied by dy at its place.",
        ),
        Mistake(
            "dw from the first image only",
            _dw(lambda dy, x, w, stride, padding: _conv2d_backward(dy[:1], x[:1], w, stride, padding)[1]),
            "Only image 0 teaches the filters. Each image of the batch used them: sum over N.",
        ),
        Mistake(
            "dw flipped",
            _dw(lambda dy, x, w, stride, padding: _conv2d_backward(dy, x, w, stride, padding)[1][:, :, ::-1, ::-1]),
            "dw is turned upside down and left to right. Only dx, in its sliding form, needs a flip.",
        ),
        Mistake(
            "dw from the image without padding",
            _dw(lambda dy, x, w, stride, padding: _dw_unpadded(dy, x, w, stride, padding)),
            "The windows of dw are cut from x without its border of zeros, so each stands off by the padding.",
        ),
        Mistake(
            "dw summed over the input channels",
            _dw(lambda dy, x, w, stride, padding: _summed_over(_conv2d_backward(dy, x, w, stride, padding)[1], 1)),
            "Every input channel of dw holds the same sum. Each weight w[o, c, i, j] saw only channel c: keep c apart.",
        ),
        Mistake(
            "dw summed over the filters",
            _dw(lambda dy, x, w, stride, padding: _summed_over(_conv2d_backward(dy, x, w, stride, padding)[1], 0)),
            "Every filter of dw holds the same sum. Filter o answers for dy[:, o] only: keep o apart.",
        ),
        Mistake(
            "db averaged over the batch",
            _db(lambda dy: dy.sum(axis=(0, 2, 3)) / len(dy)),
            "db was divided by N. The average over the batch belongs to the loss and is already in dy: here, add.",
        ),
        Mistake(
            "db averaged over everything",
            _db(lambda dy: dy.mean(axis=(0, 2, 3))),
            "db is a mean. The same offset was added at every place of every image: its gradient is the sum.",
        ),
        Mistake(
            "db summed over the batch only",
            _db(lambda dy: dy.sum(axis=0)),
            "db still has a height and a width. One offset serves every place: sum over H_out and W_out too.",
        ),
        Mistake(
            "db summed over one image",
            _db(lambda dy: dy.sum(axis=(2, 3))),
            "db still has a batch axis. One offset serves every image: sum over N too.",
        ),
    ),
)


def _at_stride_one(dy, x, w, stride, padding):
    """The backward of a stride-1 convolution whose output was cut to the size of dy."""
    shape, cache = _forward(x, w, 1, padding)
    wide = np.zeros(shape, dy.dtype)
    wide[:, :, : dy.shape[2], : dy.shape[3]] = dy
    return ops.conv2d_backward(wide, cache)


def _dw_unpadded(dy, x, w, stride, padding):
    """Windows at the same indices, but of the image pushed into the corner of a padded frame."""
    corner = np.pad(x, [(0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)])
    return _conv2d_backward(dy, corner, w, stride, 0)[1]


def _summed_over(dw, axis):
    return np.broadcast_to(dw.sum(axis=axis, keepdims=True), dw.shape)
