"""What the law says, as the API tells it."""

import pytest


def rules(answer, kind="any"):
    return {each["rule"]: each for each in answer.body["items"] if each["debtor_kind"] in (kind, "any")}


def test_what_applies_is_told_with_its_source(api):
    told = api.get("/v1/law?country=NO&on=2026-11-21")

    assert told.status == 200, told.text
    found = rules(told, "business")
    assert found["late_interest"]["value"] == "12.25"
    assert found["late_interest"]["unit"] == "per_cent"
    assert found["late_interest"]["source"].startswith("FOR-2026-06-25-1372")
    assert (found["late_interest"]["valid_from"], found["late_interest"]["valid_until"]) == (
        "2026-07-01",
        "2027-01-01",
    )
    assert found["collection_rate"]["value"] == {"amount": "750.00", "currency": "NOK"}
    assert found["late_compensation"]["value"] == {"amount": "430.00", "currency": "NOK"}
    assert found["first_fee_after_days"]["value"] == 14
    assert {(each["debtor_kind"], each["amount"]["amount"]) for each in told.body["fees"]} == {
        ("consumer", "38.00"),
        ("business", "38.00"),
    }


def test_a_country_without_a_limit_says_so_and_bands_are_told(api):
    told = api.get("/v1/law?country=FI&on=2026-03-02")

    assert rules(told, "business")["most_fee_letters"]["value"] is None
    assert rules(told, "consumer")["most_fee_letters"]["value"] == 2
    bands = rules(told, "business")["demand_fee"]["value"]
    assert bands[0] == {
        "up_to": {"amount": "500.00", "currency": "EUR"},
        "amount": {"amount": "50.00", "currency": "EUR"},
    }
    assert bands[-1] == {"up_to": None, "amount": {"amount": "110.00", "currency": "EUR"}}


def test_nothing_is_carried_over(api):
    """No rate for Sweden is sourced after 2024, and none is made up."""
    known = rules(api.get("/v1/law?country=SE&on=2024-07-01"))["late_interest"]
    assert (known["value"], known["grade"]) == ("12.00", "P")
    assert known["url"].startswith("https://www.riksbank.se/")
    assert "late_interest" in rules(api.get("/v1/law?country=SE&on=2024-12-31"))
    assert "late_interest" not in rules(api.get("/v1/law?country=SE&on=2025-01-01"))
    assert api.get("/v1/law?country=NO&on=2020-09-30").body["fees"] == []


@pytest.mark.parametrize(
    ("country", "on", "missing"),
    [
        ("NO", "2026-11-21", []),
        ("NO", "2027-01-01", [("late_compensation", "business"), ("late_interest", "any")]),
        ("SE", "2024-12-31", []),
        ("SE", "2025-01-01", [("late_interest", "any")]),
        ("DK", "2024-12-31", [("late_compensation", "business")]),
        ("DK", "2025-01-01", [("late_compensation", "business"), ("late_interest", "any")]),
        ("FI", "2026-06-30", [("demand_after_reminder_days", "business")]),
        ("FI", "2026-07-01", [("demand_after_reminder_days", "business"), ("late_interest", "any")]),
    ],
)
def test_what_nobody_has_found_is_named(api, country, on, missing):
    """What is asked of these rules is refused (409 `law_row_missing`): it can be known ahead."""
    told = api.get(f"/v1/law?country={country}&on={on}").body["missing"]
    assert [(each["rule"], each["debtor_kind"]) for each in told] == missing
    assert all(each["meaning"] for each in told)


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("country=IS&on=2026-01-01", {"/query/country": "unknown_value"}),
        ("country=NO", {"/query/on": "missing"}),
        ("country=NO&on=2026-02-30&x=1", {"/query/on": "malformed_date", "/query/x": "unknown_field"}),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(api, query, faults):
    assert api.get(f"/v1/law?{query}").faults == faults
