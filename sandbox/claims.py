"""What is left of each invoice of a case: money without an invoice goes to the oldest claim first.

A case of several invoices is one balance to the debtor, and one claim for each invoice to the client.
"""

from collections.abc import Sequence
from datetime import date
from sqlite3 import Row

from sandbox.desk import Desk


def open_claim(desk: Desk, client: str, case_id: int, invoice: str, owed: int) -> None:
    """Claim an invoice that was handed over; ``owed`` in øre."""
    desk.db.execute(
        "insert or replace into claims (case_id, invoice, agency, client, owed) values (?, ?, ?, ?, ?)",
        (case_id, invoice, desk.agency, client, owed),
    )


def claims_of(desk: Desk, case_id: int) -> Sequence[Row]:
    """The claims of a case, in the order in which money is spread: by due date, what is disputed last."""
    return desk.db.execute(
        "select claims.*, invoices.due_date, invoices.ordinal from claims"
        " join invoices on invoices.case_id = claims.case_id and invoices.external_id = claims.invoice"
        " where claims.case_id = ? order by disputed, due_date, ordinal",
        (case_id,),
    ).fetchall()


def claim_of(desk: Desk, case_id: int, invoice: str) -> Row | None:
    """One claim of a case."""
    return next((claim for claim in claims_of(desk, case_id) if claim["invoice"] == invoice), None)


def spread(desk: Desk, case_id: int, entry_id: int, invoice: str, principal: int) -> None:
    """Spread an entry's principal over the claims: on the invoice that it names first, then the oldest.

    ``principal`` is negative for what has come in. What nothing is left for stays on the first claim.
    """
    claims = [claim for claim in claims_of(desk, case_id) if not claim["withdrawn"]]
    if not claims:
        return
    claims.sort(key=lambda claim: claim["invoice"] != invoice)
    left = principal
    for claim in claims if principal < 0 else ():
        share = -min(-left, max(claim["owed"], 0))
        _allocate(desk, case_id, entry_id, claim["invoice"], share)
        left -= share
    _allocate(desk, case_id, entry_id, claims[0]["invoice"], left)


def take_back(desk: Desk, case_id: int, entry_id: int, reversed_id: int) -> int:
    """Undo what an earlier entry did to the claims; gives what is not claimed again, in øre.

    That is what had been paid on an invoice that the client has taken back since, and claims itself.
    """
    withdrawn = {claim["invoice"] for claim in claims_of(desk, case_id) if claim["withdrawn"]}
    waived = 0
    for row in desk.db.execute(
        "select invoice, principal from allocations where entry_id = ?", (reversed_id,)
    ).fetchall():
        if row["invoice"] in withdrawn:
            waived -= row["principal"]
        else:
            _allocate(desk, case_id, entry_id, row["invoice"], -row["principal"])
    return waived


def rests(desk: Desk, case_id: int) -> bool:
    """Whether nothing is left to be claimed that the debtor does not object to."""
    owed = [claim for claim in claims_of(desk, case_id) if claim["owed"] > 0]
    return bool(owed) and all(claim["disputed"] for claim in owed)


def withdraw(desk: Desk, case_id: int, invoice: str) -> None:
    """Claim an invoice no longer."""
    desk.db.execute(
        "update claims set withdrawn = 1, disputed = 0 where case_id = ? and invoice = ?", (case_id, invoice)
    )


def dispute(desk: Desk, case: Row, invoice: str, key: str, reason: str, opened: date) -> bool:
    """Note an objection, once; ``False`` when it is known with other words."""
    known = desk.db.execute(
        "select * from disputes where agency = ? and client = ? and key = ?",
        (desk.agency, case["client"], key),
    ).fetchone()
    if known is not None:
        return bool(known["case_id"] == case["id"] and known["invoice"] == invoice)
    desk.db.execute(
        "insert into disputes (agency, client, case_id, invoice, key, reason, opened)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        (desk.agency, case["client"], case["id"], invoice, key, reason, opened.isoformat()),
    )
    _mark(desk, case["id"], invoice)
    return True


def resolve(desk: Desk, case: Row, invoice: str, key: str, resolution: str) -> bool:
    """Note that an objection has ended; ``False`` when there is none of that key."""
    found = desk.db.execute(
        "update disputes set resolution = ? where agency = ? and client = ? and case_id = ? and invoice = ?"
        " and key = ?",
        (resolution, desk.agency, case["client"], case["id"], invoice, key),
    ).rowcount
    _mark(desk, case["id"], invoice)
    return found > 0


def _mark(desk: Desk, case_id: int, invoice: str) -> None:
    """Let the claim say whether an objection to it is open."""
    desk.db.execute(
        "update claims set disputed = exists (select 1 from disputes where case_id = ?1 and invoice = ?2"
        " and resolution is null) where case_id = ?1 and invoice = ?2",
        (case_id, invoice),
    )


def _allocate(desk: Desk, case_id: int, entry_id: int, invoice: str, principal: int) -> None:
    if principal:
        desk.db.execute(
            "insert into allocations (agency, case_id, entry_id, invoice, principal) values (?, ?, ?, ?, ?)",
            (desk.agency, case_id, entry_id, invoice, principal),
        )
        desk.db.execute(
            "update claims set owed = owed + ? where case_id = ? and invoice = ?",
            (principal, case_id, invoice),
        )
