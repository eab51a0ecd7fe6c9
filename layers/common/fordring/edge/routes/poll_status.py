"""Everything that is read: the routes of ``poll_status``."""

from fordring.edge.route import Group, Route, Routes


def _meta() -> tuple[Route, ...]:
    from fordring.edge.routes.meta import META_ROUTES

    return META_ROUTES


def _keys() -> tuple[Route, ...]:
    from fordring.edge.routes.keys import KEY_READ_ROUTES

    return KEY_READ_ROUTES


def _creditors() -> tuple[Route, ...]:
    from fordring.edge.routes.creditors import CREDITOR_READ_ROUTES

    return CREDITOR_READ_ROUTES


def _agreements() -> tuple[Route, ...]:
    from fordring.edge.routes.agreement_reads import AGREEMENT_READ_ROUTES

    return AGREEMENT_READ_ROUTES


def _reminder_plans() -> tuple[Route, ...]:
    from fordring.edge.routes.plan_reads import PLAN_READ_ROUTES

    return PLAN_READ_ROUTES


def _one_invoice() -> tuple[Route, ...]:
    from fordring.edge.routes.one_invoice import ONE_INVOICE_ROUTES

    return ONE_INVOICE_ROUTES


def _invoices() -> tuple[Route, ...]:
    from fordring.edge.routes.invoice_reads import INVOICE_READ_ROUTES

    return INVOICE_READ_ROUTES


def _letters() -> tuple[Route, ...]:
    from fordring.edge.routes.letters import LETTER_ROUTES

    return LETTER_ROUTES


def _statements() -> tuple[Route, ...]:
    from fordring.edge.routes.statements import STATEMENT_ROUTES

    return STATEMENT_ROUTES


def _reports() -> tuple[Route, ...]:
    from fordring.edge.routes.reports import REPORT_ROUTES

    return REPORT_ROUTES


def _one_case() -> tuple[Route, ...]:
    from fordring.edge.routes.one_case import ONE_CASE_ROUTES

    return ONE_CASE_ROUTES


def _cases() -> tuple[Route, ...]:
    from fordring.edge.routes.case_reads import CASE_READ_ROUTES

    return CASE_READ_ROUTES


def _questions() -> tuple[Route, ...]:
    from fordring.edge.routes.question_reads import QUESTION_READ_ROUTES

    return QUESTION_READ_ROUTES


def _documents() -> tuple[Route, ...]:
    from fordring.edge.routes.documents import DOCUMENT_ROUTES

    return DOCUMENT_ROUTES


def _feed() -> tuple[Route, ...]:
    from fordring.edge.routes.feed import FEED_ROUTES

    return FEED_ROUTES


def _settlements() -> tuple[Route, ...]:
    from fordring.edge.routes.settlements import SETTLEMENT_READ_ROUTES

    return SETTLEMENT_READ_ROUTES


def _vouchers() -> tuple[Route, ...]:
    from fordring.edge.routes.vouchers import VOUCHER_READ_ROUTES

    return VOUCHER_READ_ROUTES


def _attention() -> tuple[Route, ...]:
    from fordring.edge.routes.attention import ATTENTION_READ_ROUTES

    return ATTENTION_READ_ROUTES


def _endpoints() -> tuple[Route, ...]:
    from fordring.edge.routes.endpoints import ENDPOINT_READ_ROUTES

    return ENDPOINT_READ_ROUTES


def _clock() -> tuple[Route, ...]:
    from fordring.edge.routes.clock import CLOCK_READ_ROUTES

    return CLOCK_READ_ROUTES


def _late_interest() -> tuple[Route, ...]:
    from fordring.edge.routes.late_interest import LATE_INTEREST_ROUTES

    return LATE_INTEREST_ROUTES


def _law() -> tuple[Route, ...]:
    from fordring.edge.routes.law import LAW_ROUTES

    return LAW_ROUTES


ROUTES = Routes(
    Group(
        _meta,
        "GET /v1/agencies",
        "GET /v1/health",
        "GET /v1/openapi.json",
        "GET /docs",
    ),
    Group(
        _keys,
        "GET /v1/api-keys",
    ),
    Group(
        _creditors,
        "GET /v1/creditors/{creditor_id}",
        "GET /v1/creditors",
    ),
    Group(
        _agreements,
        "GET /v1/agencies/{agency}/terms",
        "GET /v1/creditors/{creditor_id}/agreements/{agency}",
        "GET /v1/creditors/{creditor_id}/agreements/{agency}/orders/{order_id}",
        "GET /v1/creditors/{creditor_id}/agreements/{agency}/emails",
    ),
    Group(
        _reminder_plans,
        "GET /v1/creditors/{creditor_id}/reminder-plan",
        "POST /v1/creditors/{creditor_id}/reminder-plan/preview",
    ),
    Group(
        _one_invoice,
        "GET /v1/creditors/{creditor_id}/invoices/{invoice_id}",
    ),
    Group(
        _invoices,
        "GET /v1/creditors/{creditor_id}/debtors/{debtor_id}",
        "GET /v1/creditors/{creditor_id}/debtors",
        "GET /v1/creditors/{creditor_id}/invoices",
        "GET /v1/creditors/{creditor_id}/invoices/{invoice_id}/entries",
        "GET /v1/creditors/{creditor_id}/credit-notes/{credit_note_id}",
        "GET /v1/creditors/{creditor_id}/credit-notes",
        "GET /v1/jobs/{job_id}",
    ),
    Group(
        _letters,
        "GET /v1/creditors/{creditor_id}/invoices/{invoice_id}/reminders",
        "GET /v1/creditors/{creditor_id}/invoices/{invoice_id}/reminders/{letter_id}",
    ),
    Group(
        _statements,
        "GET /v1/creditors/{creditor_id}/debtors/{debtor_id}/statement",
    ),
    Group(
        _reports,
        "GET /v1/creditors/{creditor_id}/reports/ageing",
        "GET /v1/creditors/{creditor_id}/reports/recovery",
    ),
    Group(
        _one_case,
        "GET /v1/cases/{case_id}",
    ),
    Group(
        _cases,
        "GET /v1/cases",
        "GET /v1/cases/{case_id}/events",
        "GET /v1/cases/{case_id}/dispatches",
        "GET /v1/cases/{case_id}/messages",
        "GET /v1/creditors/{creditor_id}/candidates",
    ),
    Group(
        _questions,
        "GET /v1/creditors/{creditor_id}/questions",
        "GET /v1/cases/{case_id}/questions",
    ),
    Group(
        _documents,
        "GET /v1/cases/{case_id}/dispatches/{dispatch_id}/document",
    ),
    Group(
        _feed,
        "GET /v1/payments",
        "GET /v1/events",
        "GET /v1/creditors/{creditor_id}/sync",
    ),
    Group(
        _settlements,
        "GET /v1/settlements",
        "GET /v1/settlements/{settlement_id}",
    ),
    Group(
        _vouchers,
        "GET /v1/vouchers",
    ),
    Group(
        _attention,
        "GET /v1/attention",
    ),
    Group(
        _endpoints,
        "GET /v1/webhook-endpoints",
        "GET /v1/deliveries",
    ),
    Group(
        _clock,
        "GET /v1/test-clock",
    ),
    Group(
        _late_interest,
        "GET /v1/creditors/{creditor_id}/invoices/{invoice_id}/late-interest",
    ),
    Group(
        _law,
        "GET /v1/law",
    ),
)
