"""What stands in the way of a transfer: every reason at once, each by itself, and nothing else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from fordring.agencies.registry import capabilities
from fordring.domain.agency import Level, Operation
from fordring.domain.agreement import Agreement, AgreementState, SealedCredentials
from fordring.domain.agreement_settings import Settings
from fordring.domain.candidates import REASONS, Question, blocking_reasons
from fordring.domain.clock import utc
from fordring.domain.creditor import Debtor
from fordring.domain.invoice import Dispute, Invoice, Release, Reminder, Terms
from fordring.domain.ledger import Balance, Component, EntryKind, Source
from fordring.domain.references import Reference

NOW = utc(2026, 3, 2, 9)
TODAY = date(2026, 3, 2)
DUE = date(2026, 1, 29)

AGREEMENT = Agreement(
    creditor_id="acme",
    agency="svea",
    number=1,
    state=AgreementState.ACTIVE,
    settings=Settings(),
    created_at=NOW,
    updated_at=NOW,
    credentials=SealedCredentials("sealed", NOW),
)


def an_invoice(**changes) -> Invoice:
    bare = Invoice(
        invoice_id="inv_1",
        creditor_id="acme",
        debtor_id="d-1",
        document_number="F-1",
        country="NO",
        currency="NOK",
        principal=125000,
        invoice_date=date(2026, 1, 15),
        terms=Terms(due_date=DUE),
        content_digest="",
        balance=Balance("NOK"),
        created_at=NOW,
        updated_at=NOW,
    )
    charge = bare.entry(
        EntryKind.CHARGE, {Component.PRINCIPAL: 125000}, bare.invoice_date, NOW, Source.CREDITOR
    )
    return replace(bare.booked(charge), **changes)


def ask(level: Level = Level.REMINDER, agreement: Agreement | None = AGREEMENT, today=TODAY) -> Question:
    return Question(capabilities("svea"), agreement, level, today)


def collecting(**changes) -> Question:
    settings = replace(AGREEMENT.settings, level=Level.COLLECTION)
    return replace(ask(Level.COLLECTION, replace(AGREEMENT, settings=settings)), **changes)


def with_settings(**changes) -> Question:
    return ask(agreement=replace(AGREEMENT, settings=replace(AGREEMENT.settings, **changes)))


@pytest.mark.capability("NET-8", "NET-11")
def test_the_day_after_the_due_date_it_can_go():
    assert blocking_reasons(an_invoice(), ask(today=DUE)) == ("not_overdue",)
    assert blocking_reasons(an_invoice(), ask(today=DUE + timedelta(days=1))) == ()


@pytest.mark.parametrize(
    ("reason", "invoice", "question"),
    [
        ("already_transferred", an_invoice(release=Release.QUEUED), ask()),
        ("already_transferred", an_invoice(release=Release.REGISTERED), ask()),
        ("nothing_remaining", an_invoice(balance=Balance("NOK")), ask()),
        ("not_overdue", an_invoice(), with_settings(transfer_from=33)),
        ("excluded_from_dunning", an_invoice(excluded_from_dunning=True), ask()),
        ("disputed", an_invoice(disputes=(Dispute("dis_1", "x", TODAY),)), ask()),
        ("owned_by_agency", an_invoice(owner="agency"), ask()),
        ("collection_ban", an_invoice(debtor_blocks=("collection_ban",)), ask()),
        ("billing_address_incomplete", an_invoice(debtor_blocks=("billing_address_incomplete",)), ask()),
        ("organisation_number_missing", an_invoice(debtor_blocks=("organisation_number_missing",)), ask()),
        ("agreement_missing", an_invoice(), ask(agreement=None)),
        (
            "agreement_not_ordered",
            an_invoice(),
            ask(agreement=replace(AGREEMENT, state=AgreementState.NONE)),
        ),
        ("agreement_ended", an_invoice(), ask(agreement=replace(AGREEMENT, state=AgreementState.ENDED))),
        ("credentials_missing", an_invoice(), ask(agreement=replace(AGREEMENT, credentials=None))),
        (
            "level_not_offered",
            an_invoice(),
            replace(
                ask(),
                capabilities=replace(
                    capabilities("svea"),
                    operations=capabilities("svea").operations - {Operation.REGISTER_REMINDER_CASE},
                ),
            ),
        ),
        ("level_contradicts_agreement", an_invoice(), with_settings(level=Level.COLLECTION)),
        ("currency_not_supported", an_invoice(currency="ISK"), ask()),
        ("country_not_supported", an_invoice(country="IS"), ask()),
        (
            "reference_too_long",
            an_invoice(terms=Terms(DUE, payment_reference=Reference("kid", "12345674"))),
            with_settings(kid_length=7),
        ),
    ],
)
def test_each_reason_by_itself(reason, invoice, question):
    assert blocking_reasons(invoice, question) == (reason,)


@pytest.mark.capability("BEY-1", "NET-5")
def test_every_reason_at_once():
    invoice = an_invoice(
        release=Release.SUBMITTED,
        balance=Balance("NOK"),
        excluded_from_dunning=True,
        disputes=(Dispute("dis_1", "x", TODAY),),
        owner="agency",
        debtor_blocks=("collection_ban", "billing_address_incomplete", "organisation_number_missing"),
        currency="ISK",
        country="IS",
    )
    agreement = replace(AGREEMENT, state=AgreementState.NONE, credentials=None)
    found = blocking_reasons(invoice, ask(Level.COLLECTION, agreement, today=DUE))
    assert found == (
        "already_transferred",
        "nothing_remaining",
        "not_overdue",
        "excluded_from_dunning",
        "disputed",
        "owned_by_agency",
        "collection_ban",
        "billing_address_incomplete",
        "organisation_number_missing",
        "agreement_not_ordered",
        "credentials_missing",
        "level_contradicts_agreement",
        "currency_not_supported",
        "country_not_supported",
        "reminder_missing",
        "notice_of_collection_missing",
    )
    assert set(found) <= set(REASONS)


@pytest.mark.capability("NET-14", "NET-15")
@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ((), ("reminder_missing", "notice_of_collection_missing")),
        (("reminder",), ("notice_of_collection_missing",)),
        (("notice_of_collection",), ("reminder_missing",)),
        (("reminder", "notice_of_collection"), ()),
    ],
)
def test_collection_needs_a_reminder_and_a_notice_sent_before(sent, found):
    letters = tuple(Reminder(kind, date(2026, 2, 1), "email", date(2026, 2, 15)) for kind in sent)
    assert blocking_reasons(an_invoice(reminders=letters), collecting()) == found


def test_collection_waits_for_the_deadline_of_the_notice():
    letters = (
        Reminder("reminder", date(2026, 2, 1), "email"),
        Reminder("notice_of_collection", date(2026, 2, 10), "paper", TODAY),
    )
    invoice = an_invoice(reminders=letters)
    assert blocking_reasons(invoice, collecting()) == ("notice_deadline_not_passed",)
    assert blocking_reasons(invoice, collecting(today=TODAY + timedelta(days=1))) == ()


@pytest.mark.parametrize(
    ("release", "can_go"), [(Release.CANDIDATE, True), (Release.REJECTED, True), (Release.ENDED, True)]
)
def test_what_an_agency_refused_or_has_ended_can_go_again(release, can_go):
    assert (blocking_reasons(an_invoice(release=release), ask()) == ()) is can_go


def test_a_resolved_objection_is_none():
    ended = Dispute("dis_1", "x", TODAY, TODAY, "rejected")
    assert blocking_reasons(an_invoice(disputes=(ended,)), ask()) == ()


def test_what_blocks_a_debtor_is_among_the_reasons():
    debtor = Debtor("acme", "d-1", "business", "Kunde AS", "NO", NOW, NOW, collection_ban=True)
    assert debtor.blocks == ("collection_ban", "billing_address_incomplete", "organisation_number_missing")
    assert set(debtor.blocks) <= set(REASONS)
