"""How long vouchers are kept: dated rows, one for each country, and never a default."""

from dataclasses import replace
from datetime import date

import pytest

from fordring.domain.calendar import TIME_ZONES
from fordring.domain.errors import Refused
from fordring.domain.retention import earliest_erasure, retention_rules, rule_on


def test_every_country_has_a_row_with_its_source() -> None:
    rules = retention_rules()
    assert {rule.country: rule.years for rule in rules} == {"NO": 5, "SE": 7, "FI": 6, "DK": 5}
    assert {rule.country for rule in rules} == set(TIME_ZONES)
    assert all(rule.source and rule.counted_from and rule.grade == "S" for rule in rules)
    assert {rule.review_by for rule in rules} == {date(2027, 6, 30)}


def test_the_rows_are_loaded_once() -> None:
    assert retention_rules() is retention_rules()


@pytest.mark.parametrize("last", [date(2026, 1, 1), date(2026, 12, 31)])
def test_the_years_count_from_the_end_of_the_next_calendar_year(last: date) -> None:
    rule = rule_on(retention_rules(), "SE", last)
    assert earliest_erasure(rule, last) == date(2035, 1, 1)


def test_the_row_of_the_day_counts() -> None:
    old = rule_on(retention_rules(), "NO", date(2026, 1, 1))
    new = replace(old, years=9, valid_from=date(2030, 1, 1))
    for rules in ((old, new), (new, old)):
        assert rule_on(rules, "NO", date(2029, 12, 31)) is old
        assert rule_on(rules, "NO", date(2030, 1, 1)) is new


@pytest.mark.parametrize(("country", "day"), [("IS", date(2026, 1, 1)), ("NO", date(2014, 1, 31))])
def test_a_row_that_is_missing_is_named(country: str, day: date) -> None:
    with pytest.raises(Refused) as error:
        rule_on(retention_rules(), country, day)
    assert error.value.reason == "retention_rule_missing"
    assert error.value.facts == {"country": country, "on": day.isoformat()}
