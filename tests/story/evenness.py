"""What must hold at the end of every story, whatever happened on the way."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from fordring.domain import things
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Balance, Component, Entry, EntryKind, Source
from fordring.domain.money import Money
from fordring.domain.payment import Match, Payment
from fordring.domain.refs import Listing
from fordring.domain.vouchers import Account
from fordring.usecases.store_port import Store

FAR = timedelta(days=3650)


def everything_of[T](store: Store, listing: Listing[T]) -> list[T]:
    """Read a whole list."""
    found: list[T] = []
    after = None
    while True:
        page = store.page(listing, after=after, limit=100)
        found.extend(value for _, value in page.items)
        after = page.next
        if after is None:
            return found


def faults_of_the_hub(store: Any, now: datetime, creditor_id: str = "acme") -> Iterator[str]:
    """Tell what is wrong in the hub's own books: sums, projections, lanes, the feed, what is stuck."""
    for invoice in everything_of(store, Listing(things.INVOICE, "invoices_of", (creditor_id,))):
        entries = everything_of(
            store, Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice.invoice_id,))
        )
        summed = Balance.of(invoice.currency, entries)
        whole = store.read([things.INVOICE(invoice.invoice_id)])[things.INVOICE(invoice.invoice_id)].value
        if _parts(summed) != _parts(whole.balance):
            yield f"the entries of {invoice.invoice_id} make {summed}, its balance says {whole.balance}"
        if [entry.seq for entry in entries] != list(range(1, len(entries) + 1)):
            yield f"the ledger of {invoice.invoice_id} has gaps"
        yield from _faults_of_the_credits(store, whole)
    live: dict[str, str] = {}
    for listed in everything_of(store, Listing(things.CASE, "cases_of", (creditor_id,))):
        ref = things.CASE(listed.case_id)
        case = store.read([ref])[ref].value
        yield from _faults_of_case(store, case)
        for member in case.held:
            if case.open and live.setdefault(member.invoice_id, case.case_id) != case.case_id:
                yield f"{member.invoice_id} is in two open cases"
    pages = everything_of(store, Listing(things.FEED_PAGE, "feed_of", (creditor_id,)))
    feed = [numbered for page in pages for numbered in page.numbered]
    if [position for position, _ in feed] != list(range(1, len(feed) + 1)):
        yield "the feed has gaps"
    if len({line.event_id for _, line in feed}) != len(feed):
        yield "an event is in the feed twice"
    yield from _faults_of_the_vouchers(store, creditor_id)
    for ref in store.due(now + FAR):
        yield f"{ref} is due for ever"


def _faults_of_the_credits(store: Any, invoice: Any) -> Iterator[str]:
    """What a credit note did not settle is unused, and nothing is unused after a debt has come back."""
    listing = Listing(things.CREDIT_NOTE, "credit_notes_of", (invoice.creditor_id,))
    notes = [each for each in everything_of(store, listing) if each.invoice_id == invoice.invoice_id]
    settled = sum(note.amount - note.surplus for note in notes)
    credited = sum(part.credited for part in invoice.balance.parts.values())
    if settled != credited:
        yield f"the credit notes of {invoice.invoice_id} settled {settled}, its balance says {credited}"
    unused = {note.credit_note_id for note in notes if note.surplus}
    if unused != set(invoice.surplus_credits):
        yield f"{unused} hold unused credit, {invoice.invoice_id} says {invoice.surplus_credits}"
    if unused and invoice.balance.owed_to_creditor > 0:
        yield f"{invoice.invoice_id} is owed on while {unused} hold unused credit"


def _faults_of_the_vouchers(store: Any, creditor_id: str) -> Iterator[str]:
    """Tell which voucher does not balance, and where the vouchers and the ledgers disagree."""
    vouchers = everything_of(store, Listing(things.VOUCHER, "vouchers_of", (creditor_id,)))
    yield from (f"{each.voucher_id} does not balance" for each in vouchers if each.balance)
    receivable = owed = 0
    for invoice in everything_of(store, Listing(things.INVOICE, "invoices_of", (creditor_id,))):
        owed += invoice.balance.agency_account
        listing = Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice.invoice_id,))
        receivable += sum(_on_the_receivable(entry) for entry in everything_of(store, listing))
    on = {account: sum(each.on(account) for each in vouchers) for account in Account}
    if on[Account.RECEIVABLE] != receivable:
        yield f"the vouchers say {on[Account.RECEIVABLE]} of the receivable, the ledgers {receivable}"
    for payment in everything_of(store, Listing(things.PAYMENT, "payments_of", (creditor_id,))):
        if payment.source is Source.AGENCY and payment.match in (Match.MATCHED, Match.UNMATCHED):
            owed += _received(store, payment)
    for settlement in everything_of(store, Listing(things.SETTLEMENT, "settlements_of", (creditor_id,))):
        owed -= settlement.payout
        owed += sum(line.interest - line.commission - line.vat for line in settlement.lines)
    if on[Account.AGENCY_CLAIMS] != owed:
        yield f"the vouchers say that agencies owe {on[Account.AGENCY_CLAIMS]}, everything else {owed}"


def _on_the_receivable(entry: Entry) -> int:
    """What an entry changes of what debtors owe, after the invoice itself."""
    kind = entry.reversed_kind or entry.kind
    sign = -1 if entry.kind is EntryKind.REVERSAL else 1
    if kind is EntryKind.CHARGE:
        return sign * entry.total if entry.seq > 1 else 0
    if kind is EntryKind.RECOURSE:
        return entry.amounts.get(Component.PRINCIPAL, 0)
    if kind is EntryKind.CREDIT:
        return entry.total if entry.owner == "agency" else 0
    if kind is EntryKind.PURCHASE or (kind is EntryKind.PAYMENT and entry.owner != "agency"):
        return -sign * entry.total
    return -sign * entry.total if kind is EntryKind.WRITE_OFF else 0


def _received(store: Any, listed: Payment) -> int:
    """What the agency has received for the creditor with a payment."""
    ref = things.PAYMENT(listed.payment_id)
    payment = store.read([ref])[ref].value
    if payment.match is Match.UNMATCHED:
        return payment.amount
    refs = [things.INVOICE_ENTRY(invoice_id, seq) for invoice_id, seq in payment.booked]
    entries = [stored.value for stored in store.read(refs).values()]
    home = things.INVOICE(payment.invoice_id)
    owner = entries[0].owner if entries else store.read([home])[home].value.owner
    kept = sum(each.total for each in entries if each.owner != "agency")
    return kept + (payment.surplus if owner != "agency" else 0)


def _faults_of_the_claims(store: Any, theirs: list[dict[str, Any]], creditor_id: str) -> Iterator[str]:
    """Compare what the vouchers say that the agency owes with the agency's own books.

    Only where nothing was sold: what comes for a bought invoice is the agency's own.
    """
    invoices = everything_of(store, Listing(things.INVOICE, "invoices_of", (creditor_id,)))
    payments = everything_of(store, Listing(things.PAYMENT, "payments_of", (creditor_id,)))
    elsewhere = any(each.source is Source.AGENCY and each.case_id is None for each in payments)
    if elsewhere or any(each.sale is not None for each in invoices):
        return
    vouchers = everything_of(store, Listing(things.VOUCHER, "vouchers_of", (creditor_id,)))
    claims = sum(each.on(Account.AGENCY_CLAIMS) for each in vouchers)
    owed = sum(
        Money.parse(payment["principal"], "NOK").minor
        for case in theirs
        for payment in case["payments"]
        if payment["source"] == "debtor_to_agency"
        and not payment["reversed"]
        and payment["settlement"] is None
    )
    if claims != owed:
        yield f"the vouchers say that agencies owe {claims}, their books {owed}"


def _faults_of_case(store: Any, case: Any) -> Iterator[str]:
    entries = everything_of(store, Listing(things.CASE_ENTRY, "entries_of_case", (case.case_id,)))
    summed = Balance.of(case.currency, entries)
    if _parts(summed) != _parts(case.costs):
        yield f"the entries of {case.case_id} make {summed}, its projection says {case.costs}"
    lane = everything_of(store, Listing(things.COMMAND, "commands_of", (case.case_id,)))
    unsettled = [row for row in lane if not row.state.settled]
    if case.waiting != len(unsettled) or unsettled:
        yield f"the lane of {case.case_id} waits: {case.waiting}, {unsettled}"
    if case.unreported:
        yield f"{case.case_id} has {case.unreported} unreported"
    if case.last_command != len(lane):
        yield f"{case.case_id} counts {case.last_command} commands of {len(lane)}"
    for row in lane:
        if row.lease_owner is not None:
            yield f"a lease is left on {row}"
    for member in case.held:
        ref = things.INVOICE(member.invoice_id)
        invoice: Invoice = store.read([ref])[ref].value
        current = invoice.case_id == case.case_id
        if case.open and current and member.remaining != invoice.balance.owed_to_creditor:
            yield f"{case.case_id} says {member.remaining}, its invoice {invoice.balance.owed_to_creditor}"


def _parts(balance: Balance) -> dict[str, Any]:
    return {name: part for name, part in balance.parts.items() if part != type(part)()}


def faults_between(store: Any, theirs: list[dict[str, Any]], creditor_id: str = "acme") -> Iterator[str]:
    """Tell where the two ledgers differ, and which case or payment the agency has twice."""
    documents = [
        invoice["document_number"]
        for case in theirs
        if not case["rejections"]
        for invoice in case["invoices"]
        if case["state"] == "open" and not invoice.get("withdrawn")
    ]
    if len(set(documents)) != len(documents):
        yield f"a case is open twice at the agency: {documents}"
    outside = [case["external_id"] for case in theirs]
    if len(set(outside)) != len(outside):
        yield f"a case was registered twice: {outside}"
    by_number = {case["case_number"]: case for case in theirs if case["case_number"]}
    seen = set()
    for listed in everything_of(store, Listing(things.CASE, "cases_of", (creditor_id,))):
        ref = things.CASE(listed.case_id)
        case = store.read([ref])[ref].value
        if case.case_number is None:
            continue
        there = by_number.get(case.case_number)
        if there is None:
            yield f"{case.case_number} is unknown to the agency"
            continue
        seen.add(case.case_number)
        owed = Money.parse(there["principal"]["remaining"], case.currency).minor
        if case.remaining != owed:
            yield f"{case.case_number}: {case.remaining} here, {owed} at the agency"
        if case.open != (there["state"] == "open"):
            yield f"{case.case_number} is {case.processing} here, {there['state']} at the agency"
        cost = Money.parse(there["cost"]["remaining"], case.currency).minor
        if case.open and case.costs.remaining != cost:
            yield f"{case.case_number}: cost of {case.costs.remaining} here, {cost} at the agency"
    yield from _faults_of_the_claims(store, theirs, creditor_id)
    for number, case in by_number.items():
        if number not in seen and not case["rejections"]:
            yield f"{number} is unknown to the hub"
