"""The training loop: what it records, how it stops, what it keeps, and what it says."""

import math
import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch

from dlkit.data import batches
from dlkit.layers import Linear, Sequential
from dlkit.train import fit, numpy_step, torch_step


def mse_forward(y, target):
    """The mean square, as a pair of the course with a number for a result."""
    return np.mean((y - target) ** 2), (y, target)


def mse_backward(dy, cache):
    y, target = cache
    return dy * 2 * (y - target) / y.size, -dy * 2 * (y - target) / y.size


class Descent:
    """The plainest optimizer, with the interface of dlkit.optim's."""

    def __init__(self, parameters, lr):
        self.parameters, self.lr = parameters, lr

    def step(self, gradients):
        for name, array in self.parameters.items():
            array -= self.lr * gradients[name]


def line(n=40):
    x = np.random.default_rng(1).standard_normal((n, 3))
    return x, x @ np.array([[1.0], [-2.0], [0.5]]) + 0.3


def test_numpy_and_pytorch_learn_the_same():
    x, y = line()
    net = Sequential(Linear(3, 4, rng=np.random.default_rng(0), dtype=np.float64),
                     Linear(4, 1, rng=np.random.default_rng(2), dtype=np.float64))  # fmt: skip
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 1)).double()
    module.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in net.parameters.items()})
    steps = {
        "NumPy": numpy_step(net, (mse_forward, mse_backward), Descent(net.parameters, 0.1)),
        "PyTorch": torch_step(module, torch.nn.functional.mse_loss, torch.optim.SGD(module.parameters(), lr=0.1)),
    }
    histories = {}
    for name, step in steps.items():
        rng = np.random.default_rng(7)
        histories[name] = fit(step, lambda rng=rng: batches(rng, x, y, 8), epochs=10, progress=False)
    np.testing.assert_allclose(histories["NumPy"].loss, histories["PyTorch"].loss, rtol=1e-9, atol=1e-15)
    assert histories["NumPy"].loss[-1] < 0.2 * histories["NumPy"].loss[0]
    for tensor, array in zip(module.parameters(), net.parameters.values(), strict=True):
        np.testing.assert_allclose(tensor.detach(), array, rtol=1e-9, atol=1e-12)


def test_the_history_holds_means_of_finished_epochs():
    history = fit(
        lambda v: {"loss": v, "half": np.float32(v / 2)}, [1.0, 2.0, 6.0], epochs=2, validate=lambda: torch.tensor(4.0)
    )
    assert history == {"loss": [3, 3], "half": [1.5, 1.5], "validation_loss": [4, 4]}
    assert history.half is history["half"]
    assert (history.best_epoch, history.interrupted, history.stopped) == (1, False, "All 2 epochs are done.")
    assert repr(history).splitlines() == ["loss: 3 → 3", "half: 1.5 → 1.5", "validation_loss: 4 → 4", "All 2 epochs are done."]
    with pytest.raises(AttributeError, match="nothing called 'accuracy' was measured; there are loss, half, validation_loss"):
        _ = history.accuracy


def test_batches_of_every_kind():
    seen = []

    def step(*batch):
        seen.append(batch)
        return 0.0

    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.arange(4.0), torch.arange(4)), batch_size=2)
    fit(step, loader, epochs=2, progress=False)
    assert [len(batch) for batch in seen] == [2] * 4
    seen.clear()
    fit(step, np.zeros((5, 3)), epochs=1, progress=False)
    assert [batch[0].shape for batch in seen] == [(3,)] * 5
    fit(step, iter([1]), epochs=1, progress=False)  # once through is enough for one epoch


def falling_then_rising(keep, parameters, **options):
    values = iter([5, 3, 2, 4, 3, 6, 7, 1])

    def step(_):
        parameters[...] += 1
        return 1.0

    return fit(step, [0], epochs=8, validate=lambda: next(values), keep=keep, progress=False, **options)


def test_patience_stops_and_the_best_parameters_come_back():
    w = np.zeros(3)
    history = falling_then_rising({"w": w}, w, patience=3)
    assert history.validation_loss == [5, 3, 2, 4, 3, 6]
    assert history.best_epoch == 3
    np.testing.assert_array_equal(w, 3)
    assert history.stopped == (
        "Stopped after epoch 6: validation_loss has not fallen for 3 epochs. The parameters are those of epoch 3, "
        "validation_loss 2."
    )
    w = np.zeros(3)
    history = falling_then_rising(None, w, patience=3)
    np.testing.assert_array_equal(w, 6)
    w = np.zeros(3)
    history = falling_then_rising({"w": w}, w)  # without patience the best of all epochs
    assert (history.best_epoch, w[0]) == (8, 8)


def test_what_can_be_kept():
    layer = Linear(3, 2, rng=np.random.default_rng(0), dtype=np.float64)
    bias = layer.parameters["bias"]
    bias[...] = 0
    falling_then_rising(layer, bias, patience=1)
    np.testing.assert_array_equal(bias, 3)

    module = torch.nn.Linear(3, 2)
    with torch.no_grad():
        module.bias.zero_()
        falling_then_rising(module, module.bias, patience=1)
    assert module.bias.tolist() == [3, 3]

    other = np.zeros(2)
    bias[...] = 0
    falling_then_rising((layer, {"w": other}), bias, patience=1)
    np.testing.assert_array_equal(bias, 3)

    w, seen = np.zeros(1), []
    falling_then_rising((lambda: w.copy(), seen.append), w, patience=1)
    assert seen == [np.array([3.0])]


def test_the_first_number_of_a_dictionary_is_watched():
    errors = iter([0.5, 0.4, 0.45])
    history = fit(lambda _: 1, [0], epochs=3, validate=lambda: {"error": next(errors), "validation_loss": 1.0}, progress=False)
    assert history.keys() == {"loss", "validation_error", "validation_loss"}
    assert history.best_epoch == 2


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_stops_at_once(bad):
    losses = iter([1.0, 2.0, 3.0, bad, 4.0, 5.0])
    with pytest.raises(FloatingPointError) as caught:
        fit(lambda _: next(losses), [0, 0], epochs=3, progress=False)
    assert str(caught.value) == (
        f"fit: loss is {bad} in epoch 2, batch 2. Try a learning rate ten times smaller; clip the gradients; look for a "
        "logarithm or a division of something near zero, and for NaN in the data"
    )
    assert caught.value.history == {"loss": [1.5]}


def test_a_loss_that_is_no_number_spoils_no_parameters():
    x, y = line(4)
    x[2, 1] = np.nan
    net = Sequential(Linear(3, 1, rng=np.random.default_rng(0), dtype=np.float64))
    module = torch.nn.Linear(3, 1).double()
    for step in (
        numpy_step(net, (mse_forward, mse_backward), Descent(net.parameters, 0.1)),
        torch_step(module, torch.nn.functional.mse_loss, torch.optim.SGD(module.parameters(), lr=0.1)),
    ):
        with pytest.raises(FloatingPointError, match="loss is nan in epoch 1, batch 1"):
            fit(step, [(x, y)], epochs=1, progress=False)
    assert all(np.isfinite(array).all() for array in net.parameters.values())
    assert all(tensor.isfinite().all() for tensor in module.parameters())


def test_a_validation_that_is_no_number_stops_and_the_best_comes_back():
    w, values = np.zeros(1), iter([1.0, math.nan])

    def step(_):
        w[...] += 1
        return 0.0

    with pytest.raises(FloatingPointError, match="loss is nan after epoch 2"):
        fit(step, [0], epochs=3, validate=lambda: next(values), keep={"w": w}, progress=False)
    assert w == 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"batches": []}, ValueError,
         "fit: batches gave nothing; is the data set empty, or was it gone through before? Pass a function or a list"),
        ({"batches": (v for v in [1])}, TypeError,
         "fit: batches can be gone through once, but there are 2 epochs. Pass a function that starts anew, such as "
         "lambda: batches(rng, x, y, 32), or a list"),
        ({"batches": [iter([1])].pop().__iter__}, ValueError,
         "fit: batches gave nothing in epoch 2: it is used up. Pass a function that starts anew, or a list"),
        ({"batches": 3}, TypeError, "fit: batches is a int; pass a function that gives batches, or a list of them"),
        ({"step": lambda _: None}, TypeError, "fit: step returned nothing in epoch 1, batch 1; end it with: return loss"),
        ({"step": lambda _: {}}, TypeError,
         "fit: step returned an empty dictionary in epoch 1, batch 1; return at least the loss"),
        ({"step": lambda _: np.ones(32)}, TypeError,
         "fit: step returned an array of shape (32,) as loss in epoch 1, batch 1; return one number, such as its mean"),
        ({"step": lambda _: "low"}, TypeError,
         "fit: step returned a str as loss in epoch 1, batch 1; return one number, such as its mean"),
        ({"validate": lambda: None}, TypeError, "fit: validate returned nothing after epoch 1; end it with: return loss"),
        ({"patience": 2}, ValueError,
         "fit: patience and keep need validate: the training loss alone cannot tell which epoch was best"),
        ({"keep": 3, "validate": lambda: 1}, TypeError,
         "fit: keep is a int; give a layer, a torch.nn.Module, a dictionary of arrays, or a pair of functions that copy the "
         "parameters and put a copy back"),
    ],
)  # fmt: skip
def test_messages(arguments, error, message):
    with pytest.raises(error) as caught:
        fit(**({"step": lambda _: 1.0, "batches": [1], "epochs": 2, "progress": False} | arguments))
    assert str(caught.value) == message


def test_numbers_of_pytorch_of_every_kind_are_read():
    for value in (torch.tensor(2.0, requires_grad=True), torch.tensor([2]), torch.tensor(2.0, dtype=torch.bfloat16)):
        assert fit(lambda _, value=value: value, [0], epochs=1, progress=False).loss == [2]


def test_the_step_puts_the_network_in_training_mode():
    x, y = line(4)
    net = Sequential(Linear(3, 1, rng=np.random.default_rng(0), dtype=np.float64))
    module = torch.nn.Linear(3, 1).double()
    for network, step in (
        (net, numpy_step(net, (mse_forward, mse_backward), Descent(net.parameters, 0.1))),
        (module, torch_step(module, torch.nn.functional.mse_loss, torch.optim.SGD(module.parameters(), lr=0.1))),
    ):
        network.eval()
        step(x, y)
        assert network.training


@pytest.mark.parametrize("shown", [True, False])
def test_the_bar_counts_the_batches(capsys, shown):
    code = """
        import sys
        sys.stderr.isatty = lambda: True
        from dlkit.train import fit
        fit(lambda v: v, [1.0, 2.0, 3.0], epochs=2)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=True,
                          env=os.environ | {"TQDM_DISABLE": "" if shown else "1"})  # fmt: skip
    assert ("epoch 2/2: 100%" in done.stderr) == ("6/6" in done.stderr) == shown
    assert done.stdout == ""
    fit(lambda v: v, [1.0], epochs=1)  # where no terminal reads along, there is no bar
    assert capsys.readouterr().err == ""


INTERRUPTED = """
    import os, signal, sys
    import numpy as np
    from dlkit.train import fit

    w, calls = np.zeros(1), 0

    def step(_):
        global calls
        calls += 1
        w[...] += 1
        if calls == {at}:
            os.kill(os.getpid(), signal.SIGINT)
        return 0.5**calls

    values = iter([1.0, 2.0, 3.0])
    history = fit(step, [0, 0], epochs=3, validate=lambda: next(values), keep={keep}, progress=False)
    print(w[0], dict(history), history.interrupted)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs a signal to a process of one's own")
@pytest.mark.parametrize(
    ("at", "keep", "says"),
    [
        (4, None, "Stopped by hand in epoch 2, batch 2, of 3 epochs; what was learned is kept.\n"
                  "4.0 {'loss': [0.375], 'validation_loss': [1.0]} True\n"),
        (5, {}, "Stopped by hand in epoch 3, batch 1, of 3 epochs; what was learned is kept. "
                "The parameters are those of epoch 1, validation_loss 1.\n"
                "2.0 {'loss': [0.375, 0.09375], 'validation_loss': [1.0, 2.0]} True\n"),
        (1, {}, "Stopped by hand in epoch 1, batch 1, of 3 epochs; what was learned is kept.\n1.0 {} True\n"),
    ],
)  # fmt: skip
def test_a_real_ctrl_c_keeps_what_was_learned(at, keep, says):
    code = textwrap.dedent(INTERRUPTED).format(at=at, keep="None" if keep is None else '{"w": w}')
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, says)


@pytest.mark.skipif(os.name != "posix", reason="needs a signal to another process")
def test_a_real_ctrl_c_from_outside():
    code = textwrap.dedent("""
        import time
        from dlkit.train import fit

        def step(_):
            print("learning", flush=True)
            time.sleep(0.05)
            return 1.0

        history = fit(step, range(10_000), epochs=2, progress=False)
        print("interrupted:", history.interrupted)
    """)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "learning\n"
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert rest.endswith("what was learned is kept.\ninterrupted: True\n")


def test_the_history_of_a_failed_run_says_so():
    losses = iter([1.0, 0.5, float("nan")])
    with pytest.raises(FloatingPointError) as caught:
        fit(lambda x: next(losses), [1], epochs=5, progress=False)
    assert caught.value.history.stopped == "Stopped in epoch 3, batch 1: a number was NaN or infinite."
