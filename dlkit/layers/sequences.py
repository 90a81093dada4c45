"""Layers for sequences: embeddings, recurrent networks, attention. Their parameters are drawn and named as PyTorch's."""

import numpy as np

from dlkit.init import xavier_uniform
from dlkit.layers.layer import Layer
from dlkit.numpy_ops import lstm, recurrent_networks
from dlkit.numpy_ops.embeddings import embedding_backward, embedding_forward
from dlkit.numpy_ops.transformers import multi_head_attention_backward, multi_head_attention_forward
from dlkit.shapes import whole


class Embedding(Layer):
    """A vector for each of the words, looked up by number.

    Parameters
    ----------
    vocabulary, d : int
        How many words there are, and the features of each.
    rng : np.random.Generator
        Draws the vectors, standard normal.
    padding_idx : int, optional
        A word whose vector is zero and stays so.
    dtype : np.dtype

    Lesson: 12_embeddings
    """

    pair = embedding_forward, embedding_backward

    def __init__(self, vocabulary: int, d: int, *, rng: np.random.Generator, padding_idx=None, dtype=np.float32):
        shape = whole("Embedding", "vocabulary", vocabulary, least=1), whole("Embedding", "d", d, least=1)
        weight = rng.standard_normal(shape).astype(dtype)
        if padding_idx is not None:
            if not -vocabulary <= padding_idx < vocabulary:
                raise ValueError(f"Embedding: padding_idx is {padding_idx}, but there are {vocabulary} words")
            weight[padding_idx] = 0
        super().__init__(parameters={"weight": weight}, padding_idx=padding_idx)


class _Recurrent(Layer):
    gates, states = 1, ("h0",)

    def __init__(
        self, d: int, h: int, *, rng: np.random.Generator, layers=1, bidirectional=False, bias=True, dtype=np.float32, **options
    ):
        d, h = whole(self.kind, "d", d, least=1), whole(self.kind, "h", h, least=1)
        bound, directions, drawn = 1 / np.sqrt(h), 2 if bidirectional else 1, {}
        for k in range(whole(self.kind, "layers", layers, least=1) * directions):
            layer, reverse = divmod(k, directions)
            inputs = directions * h if layer else d
            shapes = {"weight_ih": (self.gates * h, inputs), "weight_hh": (self.gates * h, h)}
            shapes |= {"bias_ih": self.gates * h, "bias_hh": self.gates * h}
            for name, shape in shapes.items():
                array = rng.uniform(-bound, bound, shape).astype(dtype)
                drawn[f"{name}_l{layer}{'_reverse' * reverse}"] = array if bias or "weight" in name else None
        self.arguments = ("x", *self.states, "mask", *drawn)
        super().__init__(parameters=drawn, bidirectional=bidirectional, **options)


class RNN(_Recurrent):
    """A plain recurrent network: ``rnn(x, h0, mask)`` gives ``(y, h)``; ``h0`` and ``mask`` may be left out.

    Parameters
    ----------
    d, h : int
        Features of the input and of the state.
    rng : np.random.Generator
        Draws the parameters, uniform in ±1/√h.
    layers : int
    bidirectional, bias : bool
    dtype : np.dtype
    nonlinearity : str
        "tanh" or "relu".

    Lesson: 13_recurrent_networks
    """

    pair = recurrent_networks.rnn_forward, recurrent_networks.rnn_backward


class LSTM(_Recurrent):
    """Long short-term memory: ``lstm(x, h0, c0, mask)`` gives ``(y, h, c)``; all but ``x`` may be left out.

    Parameters
    ----------
    d, h, rng, layers, bidirectional, bias, dtype
        As in :class:`RNN`.

    Lesson: 14_lstm
    """

    pair = lstm.lstm_forward, lstm.lstm_backward
    gates, states = 4, ("h0", "c0")


class GRU(_Recurrent):
    """A gated recurrent unit: ``gru(x, h0, mask)`` gives ``(y, h)``; ``h0`` and ``mask`` may be left out.

    Parameters
    ----------
    d, h, rng, layers, bidirectional, bias, dtype
        As in :class:`RNN`.

    Lesson: 14_lstm
    """

    pair = lstm.gru_forward, lstm.gru_backward
    gates = 3


class MultiHeadAttention(Layer):
    """Several attentions side by side: ``attention(q, k, v, attn_mask, key_padding_mask)``; the masks may be left out.

    Parameters
    ----------
    e : int
        Features in and out.
    num_heads : int
        Must divide ``e``.
    rng : np.random.Generator
        Draws the parameters.
    is_causal : bool
        Whether each place sees itself and what came before only.
    dtype : np.dtype

    Lesson: 16_transformers
    """

    pair = multi_head_attention_forward, multi_head_attention_backward
    arguments = (
        "q", "k", "v", "in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias", "attn_mask", "key_padding_mask",
    )  # fmt: skip

    def __init__(self, e: int, num_heads: int, *, rng: np.random.Generator, is_causal=False, dtype=np.float32):
        bound = 1 / np.sqrt(whole("MultiHeadAttention", "e", e, least=1))
        parameters = {
            "in_proj_weight": xavier_uniform((3 * e, e), rng=rng, dtype=dtype),
            "in_proj_bias": np.zeros(3 * e, dtype),
            "out_proj.weight": rng.uniform(-bound, bound, (e, e)).astype(dtype),
            "out_proj.bias": np.zeros(e, dtype),
        }
        super().__init__(parameters=parameters, num_heads=num_heads, is_causal=is_causal)
