"""Beginning anew removes what an earlier run has kept, and nothing else."""

import pytest

from local.stack import StateInUseError, _empty


def test_what_an_earlier_run_has_kept_is_removed(tmp_path):
    (tmp_path / "state" / "deep").mkdir(parents=True)
    for name in ("lock", "emulator.log", "api-key", "state/deep/file"):
        (tmp_path / name).write_text("kept")

    _empty(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("ten years of work")

    with pytest.raises(StateInUseError):
        _empty(tmp_path)

    assert (tmp_path / "thesis.tex").exists()


def test_an_empty_folder_is_as_good_as_an_emptied_one(tmp_path):
    (tmp_path / "lock").touch()
    _empty(tmp_path)
    assert (tmp_path / "lock").exists()
