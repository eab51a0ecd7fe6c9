"""The story with the sample data."""

import pytest

from demo.compare import read_books
from demo.inbox import open_inbox
from demo.real import conclude
from demo.story import Story
from sandbox.agencies import SIMULATORS


@pytest.mark.parametrize("scene", sorted(SIMULATORS), indirect=True)
def test_the_story_ends_with_equal_books(scene, capsys):
    with open_inbox() as inbox:
        client = Story(scene, inbox).tell()

    code = conclude(read_books(scene, [client]), None)

    said = capsys.readouterr().out
    assert code == 0, said
    assert "Both sides agree to the øre." in said
    assert inbox.refused == 0
    assert inbox.counts()["case.registered"] == 6


def test_a_withdrawn_case_has_the_agencys_own_word_for_it(scene, capsys):
    with open_inbox() as inbox:
        story = Story(scene, inbox)
        story.tell()

    case = scene.hub.get(f"/v1/cases/{story.cases['1004']}")
    assert (case["closed_reason"], case["agency_status"]) == ("withdrawn", "Cancelled")
    assert inbox.counts()["case.closed"] == 4
