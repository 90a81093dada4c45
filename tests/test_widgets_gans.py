"""The live picture of lesson 19 without a browser: it trains in slices, stops when told, and has a still."""

import threading
import time
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from test_widgets import run_in_node

from dlkit.data import ring_centres
from dlkit.numpy_ops import gans as ops
from dlkit.widgets._training import LiveTraining
from dlkit.widgets.gans import LiveRing
from dlkit.widgets.gans.game import MODES, RingGame
from dlkit.widgets.gans.ring import record


@pytest.mark.parametrize("options", [{}, {"seed": 7, "ratio": 0.25, "form": "minimax"}], ids=["plain", "other"])
def test_it_has_a_live_face_a_still_and_a_sentence(options):
    picture = LiveRing(**options)
    data, _ = picture._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "image/svg+xml", "text/plain"}
    root = ET.fromstring(data["image/svg+xml"])
    assert root.get("aria-label") == data["text/plain"] == picture.sentence()
    assert picture.still() == LiveRing(seed=3).still(), "the still is a recording, the same on every machine"
    assert len(picture.still()) < 30_000
    assert isinstance(picture, LiveTraining)


def test_the_recording_is_a_run_of_the_game():
    fresh, kept = record(at=(0, 5)), record(at=(0,))
    assert fresh[0] == kept[0]
    still = LiveRing().still()
    assert still.count("<circle") == 4 * MODES
    for text in ("step 0: 0 of 8 modes", "step 1000: 8 of 8 modes"):
        assert text in still


def test_the_same_seed_plays_the_same_game():
    one, other, third = RingGame(4), RingGame(4), RingGame(5)
    for game in (one, other, third):
        for _ in range(3):
            game.step()
    np.testing.assert_array_equal(one.forgeries(), other.forgeries())
    assert not np.allclose(one.forgeries(), third.forgeries())


def test_the_first_losses_are_those_of_players_who_cannot_tell():
    game = RingGame(0)
    game.step()
    assert game.losses[0] == pytest.approx(np.log(4), abs=0.25)
    assert game.losses[1] == pytest.approx(np.log(2), abs=0.25)


def test_the_discriminator_does_not_move_in_the_generators_turn_nor_the_reverse(monkeypatch):
    game = RingGame(1)
    weights = {name: w.copy() for name, w in game.generator.parameters.items()}
    monkeypatch.setattr(game._moves_g, "step", lambda gradients: None)
    game.step()
    assert all(np.array_equal(w, game.generator.parameters[name]) for name, w in weights.items())


def test_the_field_is_the_discriminators_probability():
    game = RingGame(2)
    at = np.array([[-3.2, 3.2], [3.2, 3.2], [-3.2, -3.2], [3.2, -3.2]], np.float32)  # the corners, as they are drawn
    d = 1 / (1 + np.exp(-game.discriminator(at)[:, 0]))
    field = game.field(33, 3.2)
    np.testing.assert_allclose([field[0, 0], field[0, -1], field[-1, 0], field[-1, -1]], d, rtol=1e-5)


def test_coverage_counts_modes_and_good_points(monkeypatch):
    game, centres = RingGame(0), ring_centres()
    points = np.concatenate([np.repeat(centres[:3], 20, axis=0), np.repeat(centres[3:4], 19, axis=0), np.zeros((21, 2))])
    monkeypatch.setattr(game, "forgeries", lambda: points)
    assert game.coverage() == (3, pytest.approx(0.79))


def test_pace_and_loss_change_while_it_runs():
    picture = LiveRing(ratio=2)
    picture.advance(2)
    weights = picture.game.forgeries().copy()
    picture.ratio, picture.form = 0.25, "minimax"
    assert picture.game.ratio == pytest.approx(0.25)
    assert picture.game.form == "minimax"
    np.testing.assert_array_equal(weights, picture.game.forgeries())
    picture.advance(1)
    paid = picture.game.losses[1]
    assert paid < 0, "minimax is the logarithm of a probability"
    assert ops.generator_loss_forward(np.zeros(3), form="minimax")[0] < 0


def test_it_learns_the_ring():
    picture = LiveRing(seed=0)
    picture.advance(500)
    modes, quality = picture.game.coverage()
    assert modes >= 6
    assert quality > 0.25
    assert f"cover {modes} of 8 modes" in picture.words
    assert "Step 500:" in picture.words


@pytest.mark.parametrize("options", [{"form": "other"}, {"ratio": 0}, {"ratio": 11}])
def test_what_cannot_be_played_is_refused(options):
    with pytest.raises(ValueError, match="LiveRing"):
        LiveRing(**options)


# Training in general.


class Counting(LiveTraining):
    """Training that only counts."""

    def begin(self):
        self.count = 0

    def learn(self):
        self.count += 1
        if self.count == getattr(self, "interrupt_at", None):
            raise KeyboardInterrupt
        if self.count == getattr(self, "fail_at", None):
            raise FloatingPointError("the loss is nan")
        time.sleep(0.001)

    def look(self):
        return {"count": self.count}, f"{self.count} done"

    def sentence(self):
        return "Counting."

    def still(self):
        return "<svg/>"

    def send(self, content, buffers=None):
        self.__dict__.setdefault("sent", []).append(content)


def ask(picture, what, **more):
    picture._asked(picture, {"ask": what, "view": "v1", **more}, [])
    return picture.sent[-1]


def test_steps_slices_and_reset():
    picture = Counting()
    assert ask(picture, "step") == {"answered": "step", "view": "v1"}
    assert picture.steps == 1
    ask(picture, "slice", milliseconds=20)
    assert 2 <= picture.steps <= 25
    assert picture.frame == {"count": picture.steps}
    assert picture.words == f"{picture.steps} done"
    ask(picture, "reset")
    assert (picture.steps, picture.count) == (0, 0)
    picture.advance(5)
    picture.seed = 3
    assert picture.steps == 0, "another seed begins anew"
    with pytest.raises(ValueError, match="how many steps"):
        picture.advance()


def test_an_interrupt_pauses_and_go_goes_on():
    picture = Counting()
    picture.interrupt_at = 3
    ask(picture, "slice", milliseconds=50)
    assert picture.halted
    assert picture.words.startswith("Stopped from the kernel; Play goes on.")
    before = picture.steps
    ask(picture, "slice", milliseconds=50)
    assert picture.steps == before, "a slice that was asked for before is not taken"
    ask(picture, "go")
    ask(picture, "slice", milliseconds=10)
    assert not picture.halted
    assert picture.steps > before


def test_stop_from_another_thread_ends_a_slice():
    picture = Counting()
    threading.Timer(0.05, picture.stop).start()
    started = time.monotonic()
    picture.advance(100_000, milliseconds=20_000)
    assert time.monotonic() - started < 10
    assert picture.halted


def test_a_loss_that_is_no_number_is_told():
    picture = Counting()
    picture.fail_at = 2
    picture.advance(5)
    assert picture.halted
    assert "the loss is nan. Reset begins anew." in picture.words
    picture.fail_at = None
    picture.reset()
    assert not picture.halted


def test_the_dashed_line_is_where_the_field_crosses_a_half(tmp_path):
    side = 33
    at = np.linspace(-3.2, 3.2, side)
    x, y = np.meshgrid(at, at[::-1])
    field = 127.5 + 20 * (x**2 + y**2 - 4)
    program = "answer(contour(given.field, given.side, 127.5));"
    given = {"field": field.ravel().tolist(), "side": side}
    pieces = np.array(run_in_node(tmp_path, program, given, "plane", "training", "live_ring"))  # (P, 2, 2), cells
    radius = np.hypot(pieces[..., 0] * 0.2 - 3.2, 3.2 - pieces[..., 1] * 0.2)
    assert len(pieces) > 30
    np.testing.assert_allclose(radius, 2, atol=0.02)
