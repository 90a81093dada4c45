"""Right answers to the exercises of lesson 06, written in other ways than the reference."""

import math

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view


def _windows(x, kernel_size, stride):
    """(N, C, H_out, W_out, k, k)"""
    return sliding_window_view(x, (kernel_size, kernel_size), axis=(2, 3))[:, :, ::stride, ::stride]


def max_pool2d_six_loops(x, kernel_size, stride):
    n, c, h, w = x.shape
    y = np.full((n, c, (h - kernel_size) // stride + 1, (w - kernel_size) // stride + 1), -np.inf)
    for place in np.ndindex(*y.shape):
        for i in range(kernel_size):
            for j in range(kernel_size):
                y[place] = max(y[place], x[place[0], place[1], place[2] * stride + i, place[3] * stride + j])
    return y


def max_pool2d_views(x, kernel_size, stride):
    return _windows(x, kernel_size, stride).max(axis=(4, 5))


def max_pool2d_float32(x, kernel_size, stride):
    return _windows(x.astype(np.float32), kernel_size, stride).max(axis=(4, 5))


def max_pool2d_lists(x, kernel_size, stride):
    k = kernel_size
    rows, columns = (range(0, size - k + 1, stride) for size in x.shape[2:])
    return [[[[picture[p : p + k, q : q + k].max() for q in columns] for p in rows] for picture in channels] for channels in x]


def max_pool2d_torch(x, kernel_size, stride):
    torch = pytest.importorskip("torch")
    return torch.nn.functional.max_pool2d(torch.tensor(x), kernel_size, stride)


def avg_pool2d_views(x, kernel_size, stride):
    return np.einsum("ncpqij->ncpq", _windows(x, kernel_size, stride)) / kernel_size**2


def avg_pool2d_loops(x, kernel_size, stride):
    h_out, w_out = ((size - kernel_size) // stride + 1 for size in x.shape[2:])
    y = np.zeros((*x.shape[:2], h_out, w_out), dtype=np.float32)
    for p in range(h_out):
        for q in range(w_out):
            y[:, :, p, q] = np.mean(x[:, :, p * stride : p * stride + kernel_size, q * stride :][..., :kernel_size], (2, 3))
    return y


def avg_pool2d_as_convolution(x, kernel_size, stride):
    torch = pytest.importorskip("torch")
    channels = x.shape[1]
    w = torch.full((channels, 1, kernel_size, kernel_size), 1 / kernel_size**2, dtype=torch.float64)
    return torch.nn.functional.conv2d(torch.tensor(x), w, stride=stride, groups=channels)


def max_backward_by_argmax(dy, x, kernel_size, stride):
    dx = np.zeros(x.shape)
    for n, c, p, q in np.ndindex(*dy.shape):
        window = x[n, c, p * stride : p * stride + kernel_size, q * stride : q * stride + kernel_size]
        i, j = np.unravel_index(np.argmax(window), window.shape)
        dx[n, c, p * stride + i, q * stride + j] += dy[n, c, p, q]
    return dx


def max_backward_by_comparing(dy, x, kernel_size, stride):
    dx = np.zeros(x.shape, np.float32)
    for n, c, p, q in np.ndindex(*dy.shape):
        best = (p * stride, q * stride)
        for i in range(p * stride, p * stride + kernel_size):
            for j in range(q * stride, q * stride + kernel_size):
                if x[n, c, i, j] > x[(n, c, *best)]:
                    best = (i, j)
        dx[(n, c, *best)] += dy[n, c, p, q]
    return dx.tolist()


def max_backward_by_autograd(dy, x, kernel_size, stride):
    torch = pytest.importorskip("torch")
    x = torch.tensor(x, requires_grad=True)
    return torch.autograd.grad(torch.nn.functional.max_pool2d(x, kernel_size, stride), x, torch.tensor(dy))[0]


def avg_backward_by_windows(dy, x, kernel_size, stride):
    dx = np.zeros_like(x)
    for p in range(dy.shape[2]):
        for q in range(dy.shape[3]):
            here = np.s_[:, :, p * stride : p * stride + kernel_size, q * stride : q * stride + kernel_size]
            dx[here] += dy[:, :, p, q][:, :, None, None] / kernel_size**2
    return dx


def avg_backward_by_kernel_cells(dy, x, kernel_size, stride):
    dx = np.zeros(x.shape, np.float32)
    h_out, w_out = dy.shape[2:]
    for i in range(kernel_size):
        for j in range(kernel_size):
            dx[:, :, i : i + h_out * stride : stride, j : j + w_out * stride : stride][:, :, :h_out, :w_out] += dy
    return dx / kernel_size**2


def avg_backward_by_autograd(dy, x, kernel_size, stride):
    torch = pytest.importorskip("torch")
    x = torch.tensor(x, requires_grad=True)
    return torch.autograd.grad(torch.nn.functional.avg_pool2d(x, kernel_size, stride), x, torch.tensor(dy))[0]


def global_by_reshape(x):
    return x.reshape(*x.shape[:2], -1).mean(-1)


def global_by_loops(x):
    return [[float(np.sum(channel)) / channel.size for channel in image] for image in x]


def global_by_torch(x):
    torch = pytest.importorskip("torch")
    return torch.nn.functional.adaptive_avg_pool2d(torch.tensor(x), 1)[:, :, 0, 0]


def adaptive_by_ceil(x, output_size):
    (h, w), (rows, columns) = x.shape[2:], output_size
    y = np.zeros((*x.shape[:2], rows, columns), np.float32)
    for p in range(rows):
        for q in range(columns):
            top, bottom = math.floor(p * h / rows), math.ceil((p + 1) * h / rows)
            left, right = math.floor(q * w / columns), math.ceil((q + 1) * w / columns)
            y[:, :, p, q] = x[:, :, top:bottom, left:right].mean((2, 3))
    return y


def adaptive_one_axis_at_a_time(x, output_size):
    for axis, count in zip((2, 3), output_size, strict=True):
        n = x.shape[axis]
        parts = [x.take(range(k * n // count, ((k + 1) * n + count - 1) // count), axis).mean(axis) for k in range(count)]
        x = np.stack(parts, axis)
    return x


def adaptive_by_torch(x, output_size):
    torch = pytest.importorskip("torch")
    return torch.nn.functional.adaptive_avg_pool2d(torch.tensor(x), output_size)


def field_from_the_top(layers):
    field = 1
    for kernel, stride in reversed(layers):
        field = (field - 1) * stride + kernel
    return field


def field_by_products(layers):
    strides = [stride for _, stride in layers]
    return np.int64(1 + sum((kernel - 1) * math.prod(strides[:k]) for k, (kernel, _) in enumerate(layers)))


def field_by_sets(layers):
    """Follow one result down to the cells it sees."""
    seen = {0}
    for kernel, stride in layers[::-1]:
        seen = {cell * stride + k for cell in seen for k in range(kernel)}
    return max(seen) + 1


RIGHT = {
    "max_pool2d": [max_pool2d_six_loops, max_pool2d_views, max_pool2d_float32, max_pool2d_lists, max_pool2d_torch],
    "avg_pool2d": [avg_pool2d_views, avg_pool2d_loops, avg_pool2d_as_convolution],
    "max_pool2d_backward": [max_backward_by_argmax, max_backward_by_comparing, max_backward_by_autograd],
    "avg_pool2d_backward": [avg_backward_by_windows, avg_backward_by_kernel_cells, avg_backward_by_autograd],
    "global_avg_pool": [global_by_reshape, global_by_loops, global_by_torch],
    "adaptive_avg_pool2d": [adaptive_by_ceil, adaptive_one_axis_at_a_time, adaptive_by_torch],
    "receptive_field": [field_from_the_top, field_by_products, field_by_sets],
}
