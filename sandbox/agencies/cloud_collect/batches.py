"""Batches of ledger entries: taken in at once, carried out a little later, with a result for each entry."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from sqlite3 import Row
from typing import Any, Final

from sandbox import bookings, cases
from sandbox.agencies.cloud_collect import reading, shapes
from sandbox.agencies.cloud_collect.reading import Reader
from sandbox.bookings import Booked
from sandbox.desk import Desk
from sandbox.faults import Fault
from sandbox.instants import instant_of, text_of
from sandbox.mirrors import mirror
from sandbox.store import next_number, put_record, record
from sandbox.wire import Reception, WireAnswer

PROCESSED_AFTER: Final = timedelta(seconds=10)
"""How soon a batch is carried out."""

_SLOW: Final = 3600
_SIGNS: Final = {"PAYMENT": -1, "CREDIT_NOTE": -1, "REVERSAL": 1}
_EARLIER: Final = {
    "PAYMENT": "payment",
    "CREDIT_NOTE": "credit",
    "WRITE_OFF": "write_off",
    "CHARGE": "charge",
    "REVERSAL": "reversal",
}

type Members = dict[str, Any]


def take_in(desk: Desk, client: str, body: bytes, reception: Reception) -> WireAnswer:
    """Take a batch in; what its entries say is looked at later."""
    batch = _understood(body)
    if batch is None:
        return shapes.problem(400, "MALFORMED")
    fault = reception.batch_fault
    batch_id = f"B{next_number(desk.db, f'{desk.agency}/batch', 100001)}"
    kept = {
        "client": client,
        "reference": batch["caseReference"],
        "registers": isinstance(batch.get("registration"), dict),
        "status": "QUEUED",
        "results": [],
        "forgotten": fault is not None and fault.kind == "forget_batch",
        "visible_at": text_of(reception.visible_at or desk.now),
    }
    put_record(desk.db, desk.agency, "batch", batch_id, kept)
    for entry in batch["entries"]:
        name = f"{client}/{entry['entryId']}"
        put_record(desk.db, desk.agency, "entry", name, {"batch": batch_id})
    wait = PROCESSED_AFTER
    if fault is not None and fault.kind == "slow_batch":
        seconds = fault.settings.get("seconds", _SLOW)
        assert isinstance(seconds, int)
        wait = timedelta(seconds=seconds)
    lost = kept["forgotten"] and fault is not None and fault.settings.get("processed") is False
    if not lost:
        payload = {
            "id": batch_id,
            "batch": batch,
            "failing": _failing(fault, len(batch["entries"])),
            "refused_for": list(reception.refused_for),
            "visible_at": kept["visible_at"],
        }
        desk.plan(desk.now + wait, "batch", client, payload=payload)
    return shapes.answer(202, {"batchId": batch_id, "status": "QUEUED"}, "QUEUED")


def _understood(body: bytes) -> Members | None:
    try:
        batch = json.loads(body)
    except (ValueError, RecursionError):
        return None
    reader = Reader(batch)
    reader.text("caseReference")
    reader.optional("caseNumber")
    entries = batch.get("entries") if isinstance(batch, dict) else None
    if reader.errors or not isinstance(entries, list) or not 1 <= len(entries) <= reading.MOST_ENTRIES:
        return None
    for entry in entries:
        one = Reader(entry)
        one.text("entryId")
        one.text("type")
        if one.errors:
            return None
    if len({entry["entryId"] for entry in entries}) < len(entries):
        return None
    assert isinstance(batch, dict)
    return batch


def _failing(fault: Fault | None, count: int) -> Members | None:
    if fault is None or fault.kind != "fail_entries":
        return None
    entries = fault.settings.get("entries", count)
    assert isinstance(entries, int)
    return {"from": max(count - entries, 0), "codes": fault.settings.get("reasons", ["CLAIM_NOT_ACCEPTED"])}


def carry_out(desk: Desk, item: Row) -> None:
    """Carry a batch out: what the agenda does when it is due."""
    payload = json.loads(item["payload"])
    batch, failing = payload["batch"], payload["failing"]
    client = item["client"]
    refused: dict[int, list[str]] = {}
    if failing is not None:
        refused = dict.fromkeys(range(failing["from"], len(batch["entries"])), failing["codes"])
    if isinstance(batch.get("registration"), dict):
        results = _register(desk, client, batch, refused, payload)
    else:
        results = [
            _failed(entry, [shapes.error(code) for code in refused[number]])
            if number in refused
            else _book(desk, client, batch, entry)
            for number, entry in enumerate(batch["entries"])
        ]
    good = sum(result["status"] == "SUCCESS" for result in results)
    status = "SUCCESS" if good == len(results) else "PARTIAL" if good else "FAILED"
    kept = record(desk.db, desk.agency, "batch", payload["id"])
    if kept is not None:
        put_record(
            desk.db, desk.agency, "batch", payload["id"], kept | {"status": status, "results": results}
        )


def told(desk: Desk, client: str, batch_id: str) -> WireAnswer:
    """What became of a batch."""
    kept = record(desk.db, desk.agency, "batch", batch_id)
    if kept is None or kept["client"] != client or kept["forgotten"]:
        return shapes.problem(404, "BATCH_UNKNOWN")
    return shapes.answer(
        200,
        {
            "batchId": batch_id,
            "status": kept["status"],
            "caseReference": kept["reference"],
            "registers": kept["registers"],
            "results": kept["results"],
        },
        kept["status"],
    )


def batch_of_entry(desk: Desk, client: str, entry_id: str) -> WireAnswer:
    """In which batch an entry came last."""
    entry = record(desk.db, desk.agency, "entry", f"{client}/{entry_id}")
    kept = None if entry is None else record(desk.db, desk.agency, "batch", entry["batch"])
    if entry is None or kept is None or kept["forgotten"] or instant_of(kept["visible_at"]) > desk.now:
        return shapes.problem(404, "ENTRY_UNKNOWN")
    return shapes.answer(
        200, {"entryId": entry_id, "batchId": entry["batch"], "status": kept["status"]}, kept["status"]
    )


def _register(
    desk: Desk, client: str, batch: Members, refused: Mapping[int, Sequence[str]], payload: Members
) -> list[Members]:
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
        return [_failed(entry, errors.get(number) or header) for number, entry in enumerate(entries)]
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
            _succeeded(entry, duplicate=True) if same else _failed(entry, [shapes.error("CONFLICT")])
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
        return _failed(entry, errors) if errors else _succeeded(entry)
    reader = Reader(entry, "", errors)
    invoice, kind = reader.text("matchedEntryId"), _EARLIER.get(entry["type"])
    amount, day, reverses = reader.amount("amount"), reader.day("date"), reader.optional("reversedEntryId")
    if kind is None:
        reader.wrong("type", "FIELD_INVALID")
    if invoice and invoice not in lines:
        reader.wrong("matchedEntryId", "ENTRY_UNKNOWN")
    if errors or kind is None:
        return _failed(entry, errors)
    mirror(desk, case, kind, entry["entryId"], invoice, day, amount, reverses)
    return _succeeded(entry)


def _book(desk: Desk, client: str, batch: Members, entry: Members) -> Members:
    by = (
        ("number", batch["caseNumber"])
        if batch.get("caseNumber")
        else ("external_id", batch["caseReference"])
    )
    found = cases.named(desk, client, *by)
    if not found:
        return _failed(entry, [shapes.error("CASE_UNKNOWN")])
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
        _failed(entry, reader.errors)
        if reader.errors
        else _succeeded(entry, duplicate=booked is Booked.KNOWN)
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


def _failed(entry: Members, errors: Sequence[Mapping[str, object]]) -> Members:
    return {"entryId": entry["entryId"], "status": "FAILED", "duplicate": False, "errors": list(errors)}
