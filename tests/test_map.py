"""The map shows what was passed."""

from dlkit import progress
from dlkit.exercises import LESSONS
from dlkit.map import progress_map


def test_the_map(tmp_path, monkeypatch):
    monkeypatch.setenv("DLKIT_PROGRESS", str(tmp_path / "progress.json"))
    empty = progress_map()
    assert len(empty) == len(LESSONS) == 24
    assert "○ 00 welcome" in repr(empty)
    assert "· 23 scaling_up                being written" in repr(empty)
    progress.record("00_welcome", "one_hot", "passed")
    progress.record("00_welcome", "standardize", "failed")
    assert progress_map()[0].sign == "◐"
    assert progress_map()[0].open == ("standardize",)
    progress.record("00_welcome", "standardize", "passed")
    assert "✓ 00 welcome" in repr(progress_map())
    assert "2 of 2" in progress_map()._repr_html_()
