"""Inputs for networks with gates."""

from functools import partial

from dlkit.cases.recurrent_networks import cell_cases, random_cell, random_sequences, sequence_cases, workloads

_KINDS = {"lstm": (4, 2), "gru": (3, 1)}  # gates, parts of the state

CASES, RANDOM, WORKLOADS = {}, {}, {}
for _name, (_gates, _states) in _KINDS.items():
    CASES |= {f"{_name}_cell": cell_cases(_gates, _states), _name: sequence_cases(_gates, _states)}
    WORKLOADS |= workloads(_name, _gates, _states)
    RANDOM |= {
        f"{_name}_cell": partial(random_cell, gates=_gates, states=_states),
        _name: partial(random_sequences, gates=_gates, states=_states),
    }
