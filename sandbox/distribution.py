"""Administered invoices on their way: by the wanted channel, and by the next one when it fails."""

from sqlite3 import Row
from typing import Final

from sandbox.cases import invoices_of
from sandbox.changes import say
from sandbox.desk import Desk
from sandbox.store import put_record, record

_KIND: Final = "distribution"


def take_in(desk: Desk, client: str, case_id: int, channels: list[str]) -> None:
    """Note how a case's invoices shall be sent out, which happens when the case has been examined."""
    put_record(desk.db, desk.agency, _KIND, str(case_id), {"channels": channels, "sent_by": None})
    desk.plan(desk.now + desk.routine.number_after, "distribute", client, case_id)


def distribute(desk: Desk, item: Row) -> None:
    """Send a case's invoices out by the first channel."""
    kept = record(desk.db, desk.agency, _KIND, str(item["case_id"]))
    assert kept is not None
    case = desk.case(item["case_id"])
    if case["number"] is None:
        desk.plan(desk.now + desk.routine.number_after, "distribute", case["client"], case["id"])
        return
    _send(desk, case, list(kept["channels"]), 0)


def bounce(desk: Desk, case: Row, reason: str) -> str | None:
    """What was sent last has come back: it goes out by the next channel; gives that, if there is one.

    Raises
    ------
    LookupError
        When nothing was sent, or nothing stands.
    """
    kept = record(desk.db, desk.agency, _KIND, str(case["id"]))
    if kept is None or kept["sent_by"] is None:
        raise LookupError(case["id"])
    channels, place = list(kept["channels"]), int(kept["sent_by"])
    for invoice in invoices_of(desk, case["id"]):
        say(
            desk,
            "InvoiceDeliveryFailed",
            case["client"],
            case,
            invoice=invoice["external_id"],
            channel=channels[place],
            reason=reason,
        )
    if place + 1 == len(channels):
        put_record(desk.db, desk.agency, _KIND, str(case["id"]), {"channels": channels, "sent_by": None})
        return None
    _send(desk, case, channels, place + 1)
    return str(channels[place + 1])


def _send(desk: Desk, case: Row, channels: list[str], place: int) -> None:
    put_record(desk.db, desk.agency, _KIND, str(case["id"]), {"channels": channels, "sent_by": place})
    for invoice in invoices_of(desk, case["id"]):
        say(
            desk,
            "InvoiceDelivered",
            case["client"],
            case,
            invoice=invoice["external_id"],
            channel=channels[place],
            day=desk.now.date().isoformat(),
        )
