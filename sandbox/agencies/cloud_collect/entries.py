"""What becomes of the entries of a batch: a case is registered, or one is booked on."""

from collections.abc import Mapping, Sequence
from sqlite3 import Row
from typing import Any, Final

from sandbox import bookings, cases
from sandbox.agencies.cloud_collect import reading, shapes
from sandbox.agencies.cloud_collect.reading import Reader
from sandbox.bookings import Booked
from sandbox.desk import Desk
from sandbox.instants import instant_of
from sandbox.mirrors import mirror

_SIGNS: Final = {"PAYMENT": -1, "CREDIT_NOTE": -1, "REVERSAL": 1}
_EARLIER: Final = {
    "PAYMENT": "payment",
    "CREDIT_NOTE": "credit",
    "WRITE_OFF": "write_off",
    "CHARGE": "charge",
    "REVERSAL": "reversal",
}

type Members = dict[str, Any]


def register(
    desk: Desk, client: str, batch: Members, refused: Mapping[int, Sequence[str]], payload: Members
) -> list[Members]:
    """Register the case of a batch and tell the results; entries in ``refused`` fail with those codes."""
    entries = batch["entries"]
    known = desk.db.execute(
        "select * from cases where agency = ? and client = ? and external_id = ? order by id",
        (desk.agency, client, batch["caseReference"]),
    ).fetchone()
    if known is not None:
        return _again(desk, known, entries)
    header: list[dict[str, object]] = []
    registration = Reader(batch["registration"], "registration.", header)
    level = reading.LEVELS.get(registration.text("followUp"))
    if level is None:
        registration.wrong("followUp", "FIELD_INVALID")
    creditor = registration.inner("creditor")
    creditor.text("name")
    creditor.text("organisationNumber")
    debtor = reading.debtor(registration.inner("debtor"))
    errors: dict[int, list[dict[str, object]]] = {
        number: [shapes.error(code) for code in codes] for number, codes in refused.items()
    }
    currencies = {Reader(entry).text("currency") for entry in entries}
    if len(currencies) > 1:
        registration.wrong("", "CURRENCY_NOT_SUPPORTED")
    lines: dict[str, cases.InvoiceLine] = {}
    for number, entry in enumerate(entries):
        if entry["type"] == "INVOICE":
            reader = Reader(entry)
            line = reading.invoice(reader, _earlier_sum(entries, entry["entryId"]))
            errors.setdefault(number, []).extend([*header, *reader.errors])
            if not errors[number]:
                lines[line.external_id] = line
    if not lines:
        return [failed(entry, errors.get(number) or header) for number, entry in enumerate(entries)]
    case = desk.case(
        cases.register(
            desk,
            client,
            cases.Registration(
                batch["caseReference"], level or "", currencies.pop(), debtor, list(lines.values())
            ),
            visible_at=instant_of(payload["visible_at"]),
            refused_for=payload["refused_for"],
        )
    )
    return [
        _mirrored(desk, case, entry, lines, errors.get(number, [])) for number, entry in enumerate(entries)
    ]


def _again(desk: Desk, case: Row, entries: Sequence[Members]) -> list[Members]:
    """A registration that came before: known, unless an invoice of it was another one then."""
    known = {invoice["external_id"]: invoice for invoice in cases.invoices_of(desk, case["id"])}
    results = []
    for entry in entries:
        before = known.get(entry["entryId"])
        same = entry["type"] != "INVOICE" or (
            before is not None and Reader(entry).amount("openAmount") == before["remaining"]
        )
        results.append(
            _succeeded(entry, duplicate=True) if same else failed(entry, [shapes.error("CONFLICT")])
        )
    return results


def _earlier_sum(entries: Sequence[Members], invoice: str) -> int:
    return sum(
        Reader(entry).amount("amount")
        for entry in entries
        if entry["type"] != "INVOICE" and entry.get("matchedEntryId") == invoice
    )


def _mirrored(
    desk: Desk,
    case: Row,
    entry: Members,
    lines: Mapping[str, object],
    errors: list[dict[str, object]],
) -> Members:
    if entry["type"] == "INVOICE":
        return failed(entry, errors) if errors else _succeeded(entry)
    reader = Reader(entry, "", errors)
    invoice, kind = reader.text("matchedEntryId"), _EARLIER.get(entry["type"])
    amount, day, reverses = reader.amount("amount"), reader.day("date"), reader.optional("reversedEntryId")
    if kind is None:
        reader.wrong("type", "FIELD_INVALID")
    if invoice and invoice not in lines:
        reader.wrong("matchedEntryId", "ENTRY_UNKNOWN")
    if errors or kind is None:
        return failed(entry, errors)
    mirror(desk, case, kind, entry["entryId"], invoice, day, amount, reverses)
    return _succeeded(entry)


def book(desk: Desk, client: str, batch: Members, entry: Members) -> Members:
    """Book an entry on the case that its batch names, and tell the result."""
    by = (
        ("number", batch["caseNumber"])
        if batch.get("caseNumber")
        else ("external_id", batch["caseReference"])
    )
    found = cases.named(desk, client, *by)
    if not found:
        return failed(entry, [shapes.error("CASE_UNKNOWN")])
    case, reader = found[0], Reader(entry)
    invoice = _invoice(desk, case, reader, numbered=by[0] == "number")
    amount = reader.amount("amount", _SIGNS.get(entry["type"], 0))
    if reader.text("currency") not in {"", case["currency"]}:
        reader.wrong("currency", "CURRENCY_NOT_SUPPORTED")
    booked = None
    match entry["type"]:
        case "PAYMENT" | "CREDIT_NOTE":
            kind = "direct_payment" if entry["type"] == "PAYMENT" else "credit"
            day, settles = reader.day("date"), reader.flag("settles")
            if not reader.errors:
                told_of = bookings.Report(kind, entry["entryId"], invoice, -amount, day, settles)
                booked = bookings.report(desk, case, told_of)
        case "REVERSAL":
            payment = bookings.reported_payment(desk, case, reader.text("reversedEntryId"), invoice)
            if payment is None and not reader.errors:
                reader.wrong("reversedEntryId", "ENTRY_UNKNOWN")
            if payment is not None and not reader.errors:
                booked = bookings.reverse_report(desk, case, entry["entryId"], payment, amount)
        case _:
            reader.wrong("type", "FIELD_INVALID")
    if booked is Booked.CONFLICT:
        reader.wrong("entryId", "CONFLICT")
    return (
        failed(entry, reader.errors) if reader.errors else _succeeded(entry, duplicate=booked is Booked.KNOWN)
    )


def _invoice(desk: Desk, case: Row, reader: Reader, *, numbered: bool) -> str:
    """The invoice that is meant: of a case with one invoice, named by its number, always that one."""
    wanted = reader.text("matchedEntryId")
    invoices = cases.invoices_of(desk, case["id"])
    if (
        wanted
        and wanted not in {one["external_id"] for one in invoices}
        and not (numbered and len(invoices) == 1)
    ):
        reader.wrong("matchedEntryId", "ENTRY_UNKNOWN")
    return wanted


def _succeeded(entry: Members, *, duplicate: bool = False) -> Members:
    return {"entryId": entry["entryId"], "status": "SUCCESS", "duplicate": duplicate, "errors": []}


def failed(entry: Members, errors: Sequence[Mapping[str, object]]) -> Members:
    """Tell that an entry has failed."""
    return {"entryId": entry["entryId"], "status": "FAILED", "duplicate": False, "errors": list(errors)}
