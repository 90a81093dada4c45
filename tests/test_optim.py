"""Optimisers against PyTorch's over many steps, schedules and clipping too; what the Optimizer promises; what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlkit.errors import ShapeError
from dlkit.optim import (
    adam_step,
    adamw_step,
    clip_by_norm,
    clip_by_value,
    cosine_schedule,
    rmsprop_step,
    sgd_step,
    step_schedule,
    warmup_schedule,
)

STEPS = [sgd_step, rmsprop_step, adam_step, adamw_step]
OPTIONS = {sgd_step: {"lr": 0.1}, rmsprop_step: {}, adam_step: {}, adamw_step: {}}
every_step = pytest.mark.parametrize("step", STEPS)

rates, decays, shares = st.floats(1e-4, 0.5), st.sampled_from([0.0, 1e-4, 0.1]), st.floats(0.1, 0.999)
momenta = st.one_of(st.just(0.0), st.floats(0.01, 0.99))
ADAM = st.fixed_dictionaries(
    {"lr": rates, "betas": st.tuples(shares, shares), "eps": st.floats(1e-10, 1e-2), "weight_decay": decays}
)
SPACES = {
    sgd_step: st.one_of(
        st.fixed_dictionaries({"lr": rates, "momentum": momenta, "dampening": st.floats(-0.5, 1), "weight_decay": decays}),
        st.fixed_dictionaries(
            {"lr": rates, "momentum": st.floats(0.01, 0.99), "nesterov": st.booleans(), "weight_decay": decays}
        ),
    ),
    rmsprop_step: st.fixed_dictionaries(
        {"lr": rates, "alpha": shares, "eps": st.floats(1e-10, 1e-2), "weight_decay": decays, "momentum": momenta,
         "centered": st.booleans()}
    ),
    adam_step: ADAM,
    adamw_step: ADAM,
}  # fmt: skip


def torch_twin(step, parameters, **options):
    torch = pytest.importorskip("torch")
    twins = {sgd_step: "SGD", rmsprop_step: "RMSprop", adam_step: "Adam", adamw_step: "AdamW"}
    return getattr(torch.optim, twins[step])(parameters, **options)


def pull(w, rng):
    """A gradient that depends on the weights, so that a mistake does not stay where it was made."""
    return w + rng.standard_normal(w.shape)


@every_step
@settings(max_examples=40, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**16))
def test_many_steps_are_pytorchs(step, data, seed):
    torch = pytest.importorskip("torch")
    options = data.draw(SPACES[step])
    rng = np.random.default_rng(seed)
    w, state = rng.standard_normal((3, 2)), None
    tensor = torch.tensor(w.copy(), requires_grad=True)
    optimizer = torch_twin(step, [tensor], **options)
    for _ in range(40):
        dw = pull(w, rng)
        tensor.grad = torch.tensor(dw)
        w, state = step(w, dw, state, **options)
        optimizer.step()
        np.testing.assert_allclose(w, tensor.detach().numpy(), rtol=1e-12, atol=1e-12 * max(1, np.abs(w).max()))


@every_step
@pytest.mark.parametrize("options", [{}, {"weight_decay": 0.1}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}])
@pytest.mark.parametrize("shape", [(3, 2), (), (0,)])
def test_nothing_is_changed_and_the_dtype_is_kept(step, options, shape):
    if step in (adam_step, adamw_step) or (step is rmsprop_step and "nesterov" in options):
        options = {name: value for name, value in options.items() if name == "weight_decay"}
    w, dw, state = np.ones(shape, np.float32), np.full(shape, 2, np.float32), None
    w.flags.writeable = dw.flags.writeable = False
    for _ in range(3):
        before = None if state is None else [np.copy(part) for part in state if part is not None]
        new, later = step(w, dw, state, **OPTIONS[step] | options)
        assert new.dtype == np.float32
        assert new.shape == shape
        assert not np.may_share_memory(new, w)
        for part in later or ():
            if hasattr(part, "dtype"):
                assert part.dtype == np.float32
                assert not np.may_share_memory(part, dw)
        if state is not None:
            assert all(np.array_equal(a, b) for a, b in zip(before, [p for p in state if p is not None], strict=True))
        state = later


def test_worked_steps():
    w, dw = np.array([1.0]), np.array([0.5])
    assert sgd_step(w, dw, lr=0.1)[0][0] == pytest.approx(0.95)
    w1, state = sgd_step(w, dw, lr=0.1, momentum=0.9)
    w2, state = sgd_step(w1, dw, state, lr=0.1, momentum=0.9)
    assert w2[0] == pytest.approx(0.95 - 0.1 * (0.9 * 0.5 + 0.5))
    for size in (1e-3, 1.0, 1e3):  # whatever the gradient's size, the first step of Adam is as long as the learning rate
        assert adam_step(w, np.array([size]), lr=0.01)[0][0] == pytest.approx(0.99, rel=1e-6)


def test_decay_in_adam_is_divided_and_in_adamw_is_not():
    w, dw = np.array([10.0, 10.0]), np.array([1e-12, 1000.0])
    small, large = adam_step(w, dw, lr=0.01, weight_decay=0.1, eps=1e-12)[0]
    assert (small, large) == pytest.approx((9.99, 9.99))  # the decay only joins the direction, and is lost beside 1000
    small, large = adamw_step(w, np.array([0.0, 0.0]), lr=0.01, weight_decay=0.1)[0]
    assert (small, large) == pytest.approx((10 * (1 - 0.001),) * 2)


def test_a_spread_that_rounding_makes_negative_counts_as_zero():
    w, state = np.zeros(3), None
    for _ in range(3000):
        w, state = rmsprop_step(w, np.array([0.1, 0.3, 7.7]), state, alpha=0.5, centered=True)
    assert np.isfinite(w).all()


@pytest.mark.parametrize(
    ("step", "options", "message"),
    [
        (sgd_step, {"lr": -1}, "lr is -1; at least 0 is allowed"),
        (sgd_step, {"lr": "fast"}, "lr is 'fast'; give a number"),
        (sgd_step, {"lr": float("nan")}, "lr is nan; at least 0 is allowed"),
        (sgd_step, {"lr": 1, "momentum": -0.1}, "momentum is -0.1; at least 0 is allowed"),
        (sgd_step, {"lr": 1, "nesterov": True}, "nesterov=True needs momentum above 0 and no dampening; try momentum=0.9"),
        (sgd_step, {"lr": 1, "nesterov": True, "momentum": 0.9, "dampening": 0.1},
         "nesterov=True needs momentum above 0 and no dampening; try momentum=0.9"),
        (rmsprop_step, {"alpha": 1}, "alpha is 1, so that nothing new would ever count; give a number below it, such as 0.9"),
        (rmsprop_step, {"eps": 0}, "eps is 0, and gradients of zero would be divided by it; give a small number such as 1e-8"),
        (adam_step, {"betas": 0.9}, "betas is 0.9; give a pair of numbers such as (0.9, 0.999)"),
        (adam_step, {"betas": (0.9, 1.1)}, "betas[1] is 1.1; 0 to 1 is allowed"),
        (adamw_step, {"weight_decay": -1}, "weight_decay is -1; at least 0 is allowed"),
    ],
)  # fmt: skip
def test_options_out_of_range(step, options, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        step(np.ones(3), np.ones(3), **options)
    assert str(caught.value) == f"{step.__name__}: {message}"


@every_step
def test_arrays_that_do_not_fit(step):
    for w, dw, message in (
        (np.ones((3, 2)), np.ones(2), "w and dw must have one shape.\n  w = (3, 2)\n  dw = (2,)"),
        (np.ones(3), None, "dw is a NoneType, not an array; try np.asarray(dw, dtype=float)"),
        (np.ones(3), np.ones(3, np.float32), "w is float64 but dw is float32; try dw.astype(np.float64)"),
        (np.ones(3, int), np.ones(3, int), "w holds int64, not floating-point numbers; try w.astype(np.float32)"),
    ):
        with pytest.raises((ShapeError, TypeError)) as caught:
            step(w, dw, **OPTIONS[step])
        assert str(caught.value) == f"{step.__name__}: {message}"
    _, state = step(np.ones(3), np.ones(3), **OPTIONS[step] | ({"momentum": 0.9} if step is sgd_step else {}))
    with pytest.raises(ShapeError, match="must have one shape"):
        step(np.ones((2, 3)), np.ones((2, 3)), state, **OPTIONS[step])
    with pytest.raises(TypeError, match="state is a ndarray; give what the last step returned, or None at the start"):
        step(np.ones(3), np.ones(3), np.ones(3), **OPTIONS[step])


def torch_rates(make, steps, lr):
    """The learning rates a scheduler of PyTorch gives."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler, found = make(torch.optim.lr_scheduler, optimizer), []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


@settings(max_examples=25, deadline=None)
@given(lr=rates, size=st.integers(1, 9), gamma=st.floats(0.1, 1), low=st.floats(0, 1e-3), warmup=st.integers(2, 12))
def test_schedules_are_pytorchs(lr, size, gamma, low, warmup):
    expected = torch_rates(lambda s, o: s.StepLR(o, size, gamma), 30, lr)
    np.testing.assert_allclose([step_schedule(k, lr=lr, step_size=size, gamma=gamma) for k in range(30)], expected, rtol=1e-12)
    expected = torch_rates(lambda s, o: s.CosineAnnealingLR(o, 4 * size, low), 4 * size + 1, lr)
    ours = [cosine_schedule(k, lr=lr, steps=4 * size, lr_min=low) for k in range(4 * size + 1)]
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12)  # PyTorch goes from step to step, and rounds each
    expected = torch_rates(lambda s, o: s.LinearLR(o, 1 / warmup, total_iters=warmup - 1), 20, lr)
    np.testing.assert_allclose([warmup_schedule(k, lr=lr, warmup=warmup) for k in range(20)], expected, rtol=1e-12)


def test_schedules_compose():
    def together(step):
        return warmup_schedule(step, lr=cosine_schedule(max(step - 5, 0), lr=0.1, steps=20), warmup=5)

    def make(s, o):
        return s.SequentialLR(o, [s.LinearLR(o, 1 / 5, total_iters=4), s.CosineAnnealingLR(o, 20)], [5])

    np.testing.assert_allclose([together(k) for k in range(26)], torch_rates(make, 26, 0.1), rtol=1e-9, atol=1e-12)


def test_worked_schedules():
    assert [step_schedule(k, lr=0.01, step_size=2) for k in (0, 1, 2, 5)] == pytest.approx([0.01, 0.01, 1e-3, 1e-4])
    assert [cosine_schedule(k, lr=1, steps=4, lr_min=0.5) for k in (0, 2, 4)] == pytest.approx([1, 0.75, 0.5])
    assert [warmup_schedule(k, lr=1, warmup=4) for k in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]
    assert warmup_schedule(0, lr=1, warmup=0) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: step_schedule(-1, lr=1, step_size=2), "step_schedule: step is -1; the smallest allowed is 0"),
        (lambda: step_schedule(1, lr=1, step_size=0), "step_schedule: step_size is 0; the smallest allowed is 1"),
        (lambda: cosine_schedule(0.5, lr=1, steps=4), "cosine_schedule: step is 0.5; give a whole number"),
        (lambda: warmup_schedule(1, lr="0.1", warmup=2), "warmup_schedule: lr is '0.1'; give a number"),
    ],
)
def test_schedules_refuse(call, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert str(caught.value) == message


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**16), scale=st.sampled_from([1e-8, 1e-2, 1.0, 1e4]), limit=st.floats(0, 10))
def test_clipping_is_pytorchs(seed, scale, limit):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    gradients = {name: scale * rng.standard_normal(shape) for name, shape in (("w", (4, 3)), ("b", (3,)), ("one", ()))}

    def clipped(function):
        tensors = [torch.zeros(np.shape(g), dtype=torch.float64) for g in gradients.values()]
        for tensor, g in zip(tensors, gradients.values(), strict=True):
            tensor.grad = torch.tensor(g)
        norm = function(tensors, limit)
        return [tensor.grad.numpy() for tensor in tensors], norm

    copies = {name: np.copy(g) for name, g in gradients.items()}
    ours, norm = clip_by_norm(gradients, limit)
    expected, torch_norm = clipped(torch.nn.utils.clip_grad_norm_)
    assert norm == pytest.approx(float(torch_norm), rel=1e-12)
    for mine, other in zip(ours.values(), expected, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-300)
    for mine, other in zip(clip_by_value(gradients, limit).values(), clipped(torch.nn.utils.clip_grad_value_)[0], strict=True):
        np.testing.assert_array_equal(mine, other)
    assert all(np.array_equal(gradients[name], copy) for name, copy in copies.items())


def test_clipping_keeps_names_order_dtype_and_what_is_absent():
    named, norm = clip_by_norm({"w": np.array([3.0], np.float32), "none": None, "b": np.array([4.0], np.float32)}, 1)
    assert norm == 5
    assert list(named) == ["w", "none", "b"]
    assert named["none"] is None
    assert named["w"].dtype == np.float32
    assert named["w"][0] == pytest.approx(0.6, rel=1e-5)
    assert [g.tolist() for g in clip_by_value([np.array([3.0, -0.5]), np.array(-4.0)], 1)] == [[1, -0.5], -1]
    assert clip_by_norm([], 1) == ([], 0)
    _, norm = clip_by_norm([np.full(4, 1e30, np.float32)], 1)  # its square is beyond float32
    assert norm == pytest.approx(2e30)


@pytest.mark.parametrize("clip", [clip_by_norm, clip_by_value])
@pytest.mark.parametrize(
    ("gradients", "limit", "message"),
    [
        (np.ones(3), 1, "gradients is a ndarray; give a dict of name and array, or a list of arrays"),
        ([np.ones(2), np.ones(2, int)], 1,
         "gradients[1] holds int64, not floating-point numbers; try gradients[1].astype(np.float32)"),
        ({"w": np.array([[1.0, np.nan]])}, 1, "the gradient of w is nan at [0, 1]. Try a smaller learning rate, and look for a "
         "division by zero or a logarithm of zero before it"),
        ({"w": np.array(-np.inf)}, 1, "the gradient of w is -inf. Try a smaller learning rate, and look for a "
         "division by zero or a logarithm of zero before it"),
    ],
)  # fmt: skip
def test_gradients_that_cannot_be_clipped(clip, gradients, limit, message):
    with pytest.raises((TypeError, FloatingPointError)) as caught:
        clip(gradients, limit)
    assert str(caught.value) == f"{clip.__name__}: {message}"


def test_a_gradient_in_a_list_of_numbers_is_refused():
    with pytest.raises(TypeError, match=r"clip_by_norm: w is a .*list, not a NumPy array"):
        clip_by_norm({"w": [1.0]}, 1)


def test_limits_below_zero_are_refused():
    with pytest.raises(ValueError, match="clip_by_norm: max_norm is -1; at least 0 is allowed"):
        clip_by_norm([], -1)
    with pytest.raises(ValueError, match="clip_by_value: limit is -1; at least 0 is allowed"):
        clip_by_value([], -1)


def test_adam_moves_under_a_very_large_gradient():
    w, _ = adam_step(np.ones(1, np.float32), np.full(1, 1e18, np.float32), lr=0.001)
    assert w[0] == pytest.approx(0.999)
