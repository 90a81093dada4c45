"""Right answers to the exercises of lesson 15, written in other ways than the reference."""

import heapq
import math

import numpy as np
import pytest


def attention_one_query_at_a_time(q, k, v, mask=None):
    n, length, s = len(q), q.shape[1], k.shape[1]
    mask = np.broadcast_to(True if mask is None else mask, (n, length, s))
    y, p = np.zeros((n, length, v.shape[2])), np.zeros((n, length, s))
    for i in range(n):
        for t in range(length):
            scores = [float(q[i, t] @ k[i, j]) / math.sqrt(q.shape[2]) for j in range(s)]
            top = max(score for j, score in enumerate(scores) if mask[i, t, j])
            e = [math.exp(score - top) if mask[i, t, j] else 0.0 for j, score in enumerate(scores)]
            for j in range(s):
                p[i, t, j] = e[j] / sum(e)
                y[i, t] += p[i, t, j] * v[i, j]
    return y, p


def attention_by_einsum(q, k, v, mask=None):
    scores = np.einsum("nle,nse->nls", q, k) * q.shape[-1] ** -0.5
    if mask is not None:
        scores[~np.broadcast_to(mask, scores.shape)] = -1e9
    scores -= scores.max(axis=2)[..., None]
    p = np.exp(scores)
    p /= np.einsum("nls->nl", p)[:, :, None]
    return np.einsum("nls,nse->nle", p, v), p


def attention_by_torch(q, k, v, mask=None):
    torch = pytest.importorskip("torch")
    q, k, v = map(torch.tensor, (q, k, v))
    scores = q @ k.transpose(1, 2) / q.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~torch.tensor(mask), -torch.inf)
    p = torch.softmax(scores, dim=2)
    return p @ v, p


def attention_float32(q, k, v, mask=None):
    q, k, v = (a.astype(np.float32) for a in (q, k, v))
    y, p = attention_by_einsum(q, k, v, mask)
    return [y, p]


def padding_loops(lengths, size):
    return [[[s < length for s in range(size)]] for length in lengths]


def padding_by_steps(lengths, size):
    mask = np.zeros((len(lengths), 1, size), dtype=bool)
    for row, length in zip(mask, lengths, strict=True):
        row[:, :length] = True
    return mask


def padding_by_torch(lengths, size):
    torch = pytest.importorskip("torch")
    return torch.arange(size)[None, None] < torch.tensor(lengths)[:, None, None]


def causal_loops(length):
    return [[key <= query for key in range(length)] for query in range(length)]


def causal_by_tril(length):
    return np.tril(np.ones((length, length))) == 1


def causal_by_triu(length):
    return ~np.triu(np.ones((length, length), dtype=bool), 1)


def backward_by_jacobian(dy, q, k, v, p):
    dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
    root = math.sqrt(q.shape[2])
    for n, t in np.ndindex(*q.shape[:2]):
        row = p[n, t]
        jacobian = np.diag(row) - np.outer(row, row)
        ds = jacobian @ (v[n] @ dy[n, t])
        for s in range(k.shape[1]):
            dq[n, t] += ds[s] * k[n, s] / root
            dk[n, s] += ds[s] * q[n, t] / root
            dv[n, s] += row[s] * dy[n, t]
    return dq, dk, dv


def backward_with_y(dy, q, k, v, p):
    """The row sum read off the result: Σ p·dp = Σ dy·y."""
    dy, q, k, v, p = (a.astype(np.float32) for a in (dy, q, k, v, p))
    y = p @ v
    ds = p * (np.einsum("nle,nse->nls", dy, v) - (dy * y).sum(-1)[..., None]) / q.shape[2] ** 0.5
    return np.einsum("nls,nse->nle", ds, k), np.einsum("nls,nle->nse", ds, q), np.einsum("nls,nle->nse", p, dy)


def backward_by_autograd(dy, q, k, v, p):
    torch = pytest.importorskip("torch")
    hidden = torch.tensor(p) == 0
    q, k, v = (torch.tensor(a, requires_grad=True) for a in (q, k, v))
    scores = (q @ k.transpose(1, 2) / q.shape[2] ** 0.5).masked_fill(hidden, -torch.inf)
    return torch.autograd.grad(scores.softmax(dim=2) @ v, (q, k, v), torch.tensor(dy))


def additive_loops(q, k, v, w_q, w_k, w_score):
    p = np.zeros((len(q), q.shape[1], k.shape[1]))
    for n, t in np.ndindex(*p.shape[:2]):
        scores = np.array([w_score @ np.tanh(w_q @ q[n, t] + w_k @ key) for key in k[n]])
        e = np.exp(scores - scores.max())
        p[n, t] = e / e.sum()
    return [[[row @ v[n] for row in p[n]] for n in range(len(q))], p]


def additive_by_einsum(q, k, v, w_q, w_k, w_score):
    hidden = np.tanh(np.einsum("ae,nle->nla", w_q, q)[:, :, None, :] + np.einsum("ae,nse->nsa", w_k, k)[:, None, :, :])
    scores = (w_score * hidden).sum(axis=3)
    p = np.exp(scores - np.max(scores, axis=2, keepdims=True))
    p = p / p.sum(2, keepdims=True)
    return np.matmul(p, v), p


def additive_by_torch(q, k, v, w_q, w_k, w_score):
    torch = pytest.importorskip("torch")
    q, k, v, w_q, w_k, w_score = map(torch.tensor, (q, k, v, w_q, w_k, w_score))
    p = (torch.tanh((q @ w_q.T).unsqueeze(2) + (k @ w_k.T).unsqueeze(1)) @ w_score).softmax(-1)
    return p @ v, p


def additive_back_loops(ds, q, k, w_q, w_k, w_score):
    dq, dk, dw_q, dw_k, dw_score = (np.zeros_like(a) for a in (q, k, w_q, w_k, w_score))
    for n, t, s in np.ndindex(*ds.shape):
        h = np.tanh(w_q @ q[n, t] + w_k @ k[n, s])
        dz = ds[n, t, s] * w_score * (1 - h**2)
        dq[n, t] += dz @ w_q
        dk[n, s] += dz @ w_k
        dw_q += np.outer(dz, q[n, t])
        dw_k += np.outer(dz, k[n, s])
        dw_score += ds[n, t, s] * h
    return dq, dk, dw_q, dw_k, dw_score


def additive_back_reshaped(ds, q, k, w_q, w_k, w_score):
    z = np.einsum("ae,nle->nla", w_q, q)[:, :, None] + np.einsum("ae,nse->nsa", w_k, k)[:, None]
    dz = ds[..., None] * w_score / np.cosh(z) ** 2
    a = len(w_score)
    whole_q = np.repeat(q[:, :, None], k.shape[1], axis=2).reshape(-1, q.shape[-1])
    whole_k = np.repeat(k[:, None], q.shape[1], axis=1).reshape(-1, k.shape[-1])
    flat = dz.reshape(-1, a)
    dw_score = np.tanh(z).reshape(-1, a).T @ ds.ravel()
    return (dz @ w_q).sum(2), (dz @ w_k).sum(1), flat.T @ whole_q, flat.T @ whole_k, dw_score


def additive_back_by_autograd(ds, q, k, w_q, w_k, w_score):
    torch = pytest.importorskip("torch")
    q, k, w_q, w_k, w_score = (torch.tensor(a, requires_grad=True) for a in (q, k, w_q, w_k, w_score))
    scores = torch.tanh((q @ w_q.T).unsqueeze(2) + (k @ w_k.T).unsqueeze(1)) @ w_score
    return torch.autograd.grad(scores, (q, k, w_q, w_k, w_score), torch.tensor(ds))


def greedy_while(step, state, bos, eos, longest):
    tokens = [bos]
    while len(tokens) <= longest:
        scores, state = step(tokens[-1], state)
        token = max(range(len(scores)), key=lambda symbol: scores[symbol])
        if token == eos:
            break
        tokens.append(token)
    return tokens[1:]


def greedy_cut(step, state, bos, eos, longest):
    written, token = [], bos
    for _ in range(longest):
        scores, state = step(token, state)
        token = np.exp(scores).argmax()
        written.append(token)
    return written[: written.index(eos)] if eos in written else np.array(written)


def greedy_recursive(step, state, bos, eos, longest):
    if longest == 0:
        return []
    scores, state = step(bos, state)
    token = int(scores.argmax())
    return [] if token == eos else [token, *greedy_recursive(step, state, token, eos, longest - 1)]


def greedy_filtered(step, state, bos, eos, longest):
    """Without bos and eos, word for word."""
    out, token = [], bos
    while token != eos and len(out) < longest:
        logp, state = step(token, state)
        token = int(np.argmax(logp))
        out.append(token)
    return [t for t in out if t not in (bos, eos)]


def beam_by_dictionary(step, state, bos, eos, longest, width):
    beam = {(): (0.0, state)}  # by what was written, end symbol and all
    for _ in range(longest):
        grown = {}
        for written, (total, state) in beam.items():
            if written and written[-1] == eos:
                grown[written] = (total, state)
                continue
            logp, new = step(written[-1] if written else bos, state)
            for symbol in range(len(logp)):
                grown[(*written, symbol)] = (total + logp[symbol], new)
        best = sorted(grown, key=lambda written: grown[written][0], reverse=True)[:width]
        beam = {written: grown[written] for written in best}
    written = max(beam, key=lambda written: beam[written][0])
    return [symbol for symbol in written if symbol not in (bos, eos)], beam[written][0]


def beam_by_probabilities(step, state, bos, eos, longest, width):
    beam = [(1.0, [], bos, state, False)]
    for _ in range(longest):
        grown = [hypothesis for hypothesis in beam if hypothesis[4]]
        for p, tokens, token, state, ended in beam:
            if not ended:
                logp, new = step(token, state)
                for symbol in np.argsort(-logp)[:width]:  # more than these cannot get in
                    more = p * np.exp(logp[symbol])
                    grown.append((more, tokens + [symbol] * int(symbol != eos), symbol, new, symbol == eos))
        beam = heapq.nlargest(width, grown, key=lambda hypothesis: hypothesis[0])
    p, tokens, *_ = beam[0]
    return np.array(tokens), np.log(p)


RIGHT = {
    "dot_product_attention": [
        attention_one_query_at_a_time, attention_by_einsum, attention_by_torch, attention_float32,
    ],
    "padding_mask": [padding_loops, padding_by_steps, padding_by_torch],
    "causal_mask": [causal_loops, causal_by_tril, causal_by_triu],
    "dot_product_attention_backward": [backward_by_jacobian, backward_with_y, backward_by_autograd],
    "additive_attention": [additive_loops, additive_by_einsum, additive_by_torch],
    "additive_scores_backward": [additive_back_loops, additive_back_reshaped, additive_back_by_autograd],
    "greedy_decode": [greedy_while, greedy_cut, greedy_recursive, greedy_filtered],
    "beam_search": [beam_by_dictionary, beam_by_probabilities],
}  # fmt: skip
