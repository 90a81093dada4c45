"""Faults in graph networks."""

from faults import Fault

FAULTS = [
    Fault("aggregate", "rows not sorted", "values[np.argsort(index)]", "values"),
    Fault("aggregate", "runs of nodes without edges", "starts[found]", "starts[: found.sum()]"),
    Fault("aggregate", "edges the wrong way", "_reduce(x[sources], targets", "_reduce(x[targets], sources"),
    Fault("aggregate", "every winner takes all", "winners / _collect(winners, index, size)[index]", "winners"),
    Fault("aggregate", "gradient of a mean not divided", "return y, weights[index]", "return y, weights[index] ** 0"),
    Fault("aggregate", "max is a sum", 'np.maximum if reduce == "max" else np.add', "np.add"),
    Fault("readout", "gradient not shared", "[graph] * share", "[graph]"),
    Fault("readout", "a mean over all nodes", "np.maximum(np.bincount(index, minlength=size), 1)", "np.full(size, len(index))"),
    Fault("gcn", "no edges from a node to itself", "np.tile(np.arange(nodes), (2, 1))", "edges[:, :0]"),
    Fault("gcn", "normalised by rows", "scale[sources] * scale[targets]", "scale[targets] ** 2"),
    Fault("gcn", "gradient along the edges forwards", "_propagate(dy, targets, sources", "_propagate(dy, sources, targets"),
    Fault("gcn", "wide gradient forwards", "_propagate(dh, targets, sources", "_propagate(dh, sources, targets"),
    Fault("gcn", "dw of features not propagated", "_propagate(x, sources, targets, weights)  #", "x  #"),
    Fault("gcn", "db averaged", "dy.sum(axis=0)", "dy.mean(axis=0)"),
]
