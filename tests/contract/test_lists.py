"""The lists that the hourly run reads: changes by cursor, open cases by page."""

from datetime import timedelta

from fordring.domain.agency import CaseKey
from fordring.domain.facts import CaseRegistered, Fact
from tests.contract.conftest import Stage
from tests.contract.stage import invoice, nok, registration


def register_many(stage: Stage, count: int, first: int = 1) -> None:
    for number in range(first, first + count):
        stage.send(registration(invoice(number)))
    stage.control.advance(minutes=5)


def number_of(stage: Stage, number: int) -> str:
    (case,) = stage.control.get(f"cases?external_id=inv_{number:04d}-1")["items"]
    assert isinstance(case["case_number"], str)
    return case["case_number"]


def numbers(facts: list[Fact]) -> list[str | None]:
    return [fact.case.external_id for fact in facts if isinstance(fact, CaseRegistered)]


def test_changes_come_in_pages_each_once_and_in_order(stage: Stage) -> None:
    register_many(stage, 120)
    first = stage.agency.changes_since(None, stage.client)
    assert first.more
    assert 0 < len(first.facts) < 240
    assert numbers(stage.all_changes()) == [f"inv_{n:04d}-1" for n in range(1, 121)]


def test_the_cursor_stays_while_nothing_happens_and_then_brings_only_what_is_new(stage: Stage) -> None:
    beginning = stage.agency.changes_since(None, stage.client)
    assert (beginning.facts, beginning.more) == ((), False)
    register_many(stage, 1)
    page = stage.agency.changes_since(beginning.cursor, stage.client)
    assert numbers(list(page.facts)) == ["inv_0001-1"]
    assert stage.agency.changes_since(page.cursor, stage.client).cursor == page.cursor
    register_many(stage, 1, first=2)
    assert numbers(list(stage.agency.changes_since(page.cursor, stage.client).facts)) == ["inv_0002-1"]


def test_a_cursor_rewound_brings_what_happened_within_the_window_again(stage: Stage) -> None:
    for first in (1, 2, 3):
        register_many(stage, 1, first=first)
        stage.control.advance(hours=1)
    cursor: str | None = stage.agency.changes_since(None, stage.client).cursor
    again = stage.agency.rewind(cursor, timedelta(hours=1, minutes=10))
    page = stage.agency.changes_since(again, stage.client)
    assert numbers(list(page.facts)) == ["inv_0002-1", "inv_0003-1"]
    assert stage.agency.changes_since(page.cursor, stage.client).facts == ()
    twice = stage.agency.rewind(again, timedelta(hours=2))
    assert len(numbers(list(stage.agency.changes_since(twice, stage.client).facts))) == 3
    assert stage.agency.rewind(None, timedelta(hours=1)) is None


def test_the_open_cases_are_listed_with_the_agencys_own_balances(stage: Stage) -> None:
    register_many(stage, 205)
    stage.control.post("close", case_number=number_of(stage, 3), reason="cancelled")
    stage.control.post("adjust", case_number=number_of(stage, 2), principal="1249.00")
    before = stage.all_changes()
    pages = [stage.agency.open_cases(None, stage.client)]
    while (following := pages[-1].next_page) is not None:
        pages.append(stage.agency.open_cases(following, stage.client))
    assert len(pages) > 1
    listed = {one.case.external_id: one for page in pages for one in page.cases}
    assert len(listed) == 204
    assert "inv_0003-1" not in listed
    assert listed["inv_0001-1"].principal_remaining == nok("1250.00")
    # a difference planted in silence is in the balances and nowhere else
    assert listed["inv_0002-1"].principal_remaining == nok("1249.00")
    assert stage.all_changes() == before


def test_a_case_is_found_by_either_name_and_nothing_by_none(stage: Stage) -> None:
    number = stage.registered(registration())
    by_number = stage.agency.case(CaseKey(case_number=number), stage.client)
    assert by_number is not None
    assert by_number.case == CaseKey("inv_0001-1", number)
    assert stage.agency.case(CaseKey("inv_0001-1"), stage.client) == by_number
    assert stage.agency.case(CaseKey("inv_0002-1"), stage.client) is None
    assert stage.agency.case(CaseKey(), stage.client) is None
