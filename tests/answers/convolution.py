"""Right answers to the exercises of lesson 05, written in other ways than the reference."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view


def convolve1d_loops(x, w):
    y = np.zeros(len(x) - len(w) + 1)
    for p in range(len(y)):
        for k in range(len(w)):
            y[p] += x[p + k] * w[k]
    return y


def convolve1d_library(x, w):
    return np.convolve(x, w[::-1], mode="valid")


def convolve1d_list(x, w):
    return [float(x[p : p + len(w)] @ w) for p in range(len(x) - len(w) + 1)]


def convolve1d_shifts(x, w):
    size = len(x) - len(w) + 1
    return sum(w[k] * x[k : k + size] for k in range(len(w)))


def convolve1d_torch(x, w):
    torch = pytest.importorskip("torch")
    return torch.nn.functional.conv1d(torch.tensor(x)[None, None], torch.tensor(w)[None, None])[0, 0]


def output_size_by_counting(n, f, stride=1, padding=0):
    return len(range(0, n + 2 * padding - f + 1, stride))


def output_size_numpy(n, f, stride=1, padding=0):
    return np.int64(np.floor((n - f + 2 * padding) / stride) + 1)


def output_size_array(n, f, stride=1, padding=0):
    return np.asarray((n + 2 * padding - f) // stride + 1)


def pad2d_zeros(x, padding):
    n, c, h, w = x.shape
    out = np.zeros((n, c, h + 2 * padding, w + 2 * padding), dtype=np.float32)
    out[:, :, padding : padding + h, padding : padding + w] = x
    return out


def pad2d_concatenate(x, padding):
    n, c, h, w = x.shape
    side = np.zeros((n, c, h, padding))
    x = np.concatenate([side, x, side], axis=3)
    bar = np.zeros((n, c, padding, w + 2 * padding))
    return np.concatenate([bar, x, bar], axis=2)


def conv2d_seven_loops(x, w, b, stride=1, padding=0):
    x = pad2d_zeros(x, padding)
    n, c, h, width = x.shape
    k, _, kh, kw = w.shape
    y = np.zeros((n, k, (h - kh) // stride + 1, (width - kw) // stride + 1))
    for i, o, p, q in np.ndindex(*y.shape):
        total = b[o]
        for channel in range(c):
            for r in range(kh):
                for s in range(kw):
                    total += x[i, channel, p * stride + r, q * stride + s] * w[o, channel, r, s]
        y[i, o, p, q] = total
    return y


def conv2d_windows(x, w, b, stride=1, padding=0):
    windows = sliding_window_view(pad2d_concatenate(x, padding), w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nchwij,ocij->nohw", windows, w) + b[None, :, None, None]


def conv2d_float32(x, w, b, stride=1, padding=0):
    return conv2d_windows(x.astype(np.float32), w.astype(np.float32), b.astype(np.float32), stride, padding)


def conv2d_lists(x, w, b, stride=1, padding=0):
    return conv2d_windows(x, w, b, stride, padding).tolist()


def conv2d_torch(x, w, b, stride=1, padding=0):
    torch = pytest.importorskip("torch")
    return torch.nn.functional.conv2d(*map(torch.tensor, (x, w, b)), stride=stride, padding=padding)


def conv2d_tensordot(x, w, b, stride=1, padding=0):
    windows = sliding_window_view(pad2d_zeros(x, padding).astype(float), w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.moveaxis(np.tensordot(windows, w, axes=([1, 4, 5], [1, 2, 3])), -1, 1) + b.reshape(-1, 1, 1)


def im2col_loops(x, kh, kw, stride=1, padding=0):
    x = pad2d_zeros(x, padding)
    columns = [
        x[:, :, p : p + kh, q : q + kw].reshape(len(x), -1)
        for p in range(0, x.shape[2] - kh + 1, stride)
        for q in range(0, x.shape[3] - kw + 1, stride)
    ]
    return np.stack(columns, axis=-1)


def conv2d_columns(x, w, b, stride=1, padding=0):
    columns = im2col_loops(x, *w.shape[2:], stride, padding)
    y = np.stack([w.reshape(len(w), -1) @ c + b[:, None] for c in columns])
    return y.reshape(len(x), len(w), (x.shape[2] + 2 * padding - w.shape[2]) // stride + 1, -1)


def backward_by_windows(dy, x, w, stride=1, padding=0):
    padded = pad2d_concatenate(x, padding)
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    kh, kw = w.shape[2:]
    for p in range(dy.shape[2]):
        for q in range(dy.shape[3]):
            here = np.s_[:, :, p * stride : p * stride + kh, q * stride : q * stride + kw]
            dpadded[here] += np.einsum("no,ocij->ncij", dy[:, :, p, q], w)
            dw += np.einsum("no,ncij->ocij", dy[:, :, p, q], padded[here])
    dx = dpadded[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
    return dx, dw, dy.sum((0, 2, 3))


def backward_by_sliding(dy, x, w, stride=1, padding=0):
    """dx as a full convolution of the spread-out dy with the flipped kernel, dw as a convolution of x with dy."""
    n, c, h, width = x.shape
    k, _, kh, kw = w.shape
    spread = np.zeros((n, k, h + 2 * padding - kh + 1, width + 2 * padding - kw + 1))
    spread[:, :, ::stride, ::stride][:, :, : dy.shape[2], : dy.shape[3]] = dy
    full = np.pad(spread, [(0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)])
    dx = conv2d_windows(full, w[:, :, ::-1, ::-1].swapaxes(0, 1), np.zeros(c))
    dx = dx[:, :, padding : padding + h, padding : padding + width]
    dw = conv2d_windows(pad2d_concatenate(x, padding).swapaxes(0, 1), spread.swapaxes(0, 1), np.zeros(k)).swapaxes(0, 1)
    return [dx, dw, spread.sum((0, 2, 3))]


def backward_by_autograd(dy, x, w, stride=1, padding=0):
    torch = pytest.importorskip("torch")
    x, w = (torch.tensor(a, requires_grad=True) for a in (x, w))
    b = torch.zeros(len(w), dtype=x.dtype, requires_grad=True)
    y = torch.nn.functional.conv2d(x, w, b, stride=stride, padding=padding)
    return torch.autograd.grad(y, (x, w, b), torch.tensor(dy))


def sobel_by_slices(image):
    a, b, c = image[:-2], image[1:-1], image[2:]
    gy = (c - a)[:, :-2] + 2 * (c - a)[:, 1:-1] + (c - a)[:, 2:]
    s = a + 2 * b + c
    return np.hypot(s[:, 2:] - s[:, :-2], gy)


def sobel_flipped(image):
    """The signs of the kernels do not matter to the magnitude."""
    kernel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
    windows = sliding_window_view(image, (3, 3))
    return np.linalg.norm([(windows * k).sum((2, 3)) for k in (kernel, kernel.T)], axis=0)


def count_by_shape(c_in, c_out, f, bias=True):
    return np.zeros((c_out, c_in, f, f)).size + (c_out if bias else 0)


def count_per_filter(c_in, c_out, f, bias=True):
    return c_out * (c_in * f**2 + int(bias))


RIGHT = {
    "convolve1d": [convolve1d_loops, convolve1d_library, convolve1d_list, convolve1d_shifts, convolve1d_torch],
    "output_size": [output_size_by_counting, output_size_numpy, output_size_array],
    "pad2d": [pad2d_zeros, pad2d_concatenate],
    "conv2d": [conv2d_seven_loops, conv2d_windows, conv2d_float32, conv2d_lists, conv2d_torch, conv2d_tensordot],
    "conv2d_im2col": [conv2d_columns, conv2d_windows, conv2d_torch],
    "conv2d_backward": [backward_by_windows, backward_by_sliding, backward_by_autograd],
    "sobel_magnitude": [sobel_by_slices, sobel_flipped],
    "count_conv_parameters": [count_by_shape, count_per_filter],
}
