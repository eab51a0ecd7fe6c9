"""Batches of ledger entries: taken in at once, carried out a little later, with a result for each entry."""

import json
from datetime import timedelta
from sqlite3 import Row
from typing import Final

from sandbox.agencies.cloud_collect import reading, shapes
from sandbox.agencies.cloud_collect.entries import Members, book, failed, register
from sandbox.agencies.cloud_collect.reading import Reader
from sandbox.desk import Desk
from sandbox.faults import Fault
from sandbox.instants import instant_of, text_of
from sandbox.store import next_number, put_record, record
from sandbox.wire import Reception, WireAnswer

PROCESSED_AFTER: Final = timedelta(seconds=10)
"""How soon a batch is carried out."""

_SLOW: Final = 3600


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
        results = register(desk, client, batch, refused, payload)
    else:
        results = [
            failed(entry, [shapes.error(code) for code in refused[number]])
            if number in refused
            else book(desk, client, batch, entry)
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
