"""Both sides' books side by side: the hub's from its API, the agency's from its own ledger."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from demo.client import Scene
from demo.columns import in_columns
from demo.creditor import Client

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Sides:
    """What one side says is owed: to the creditor, and to the agency for its letters."""

    principal: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice. ``agency`` is ``None`` of one that the agency never had, ``reason`` of no difference."""

    document_number: str
    debtor_id: str
    amount: Decimal
    currency: str
    status: str
    case_number: str | None
    case_state: str
    hub: Sides
    agency: Sides | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Books:
    """Every invoice of some creditors, with their cases on both sides."""

    lines: tuple[Line, ...]
    cases: tuple[dict[str, Any], ...]
    theirs: tuple[dict[str, Any], ...]
    strangers: tuple[str, ...]

    @property
    def differences(self) -> list[str]:
        """Spell every difference in a sentence."""
        found = [f"{line.document_number}: {line.reason}" for line in self.lines if line.reason]
        return [*found, *self.strangers]


def read_books(scene: Scene, clients: Iterable[Client]) -> Books:
    """Read both sides of every invoice of these creditors."""
    lines: list[Line] = []
    cases: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    strangers: list[str] = []
    for client in clients:
        own = _cases(scene, client)
        invoices = scene.hub.every(f"/v1/creditors/{client.creditor_id}/invoices")
        lines.extend(_line(scene, own, invoice) for invoice in invoices)
        cases.extend(own.values())
        there = scene.agency.cases(client.client_number) if client.client_number else []
        theirs.extend(there)
        known = [case["case_number"] for case in own.values()]
        strangers.extend(_strangers(known, [case["case_number"] for case in there]))
    lines.sort(key=lambda line: (len(line.document_number), line.document_number))
    return Books(tuple(lines), tuple(cases), tuple(theirs), tuple(strangers))


def _cases(scene: Scene, client: Client) -> dict[str, dict[str, Any]]:
    listed = scene.hub.every("/v1/cases", creditor_id=client.creditor_id)
    return {case["case_id"]: case for case in listed}


def _strangers(ours: list[str | None], theirs: list[str | None]) -> Iterator[str]:
    for number in theirs:
        if number not in ours:
            yield f"The agency has a case {number or 'without a number'} that the hub does not know."
    for number in {each for each in ours if each is not None}:
        if ours.count(number) > 1:
            yield f"The hub has the case number {number} more than once."


def _line(scene: Scene, cases: dict[str, dict[str, Any]], invoice: dict[str, Any]) -> Line:
    collection = invoice["collection"]
    case = cases.get(collection["case_id"]) if collection else None
    there = scene.agency.case(case["case_number"]) if case and case["case_number"] else None
    cost = Decimal(case["agency_cost"]["amount"]) if case else NOTHING
    ours = Sides(Decimal(invoice["remaining"]["amount"]), cost)
    agency = _of_agency(there) if there else None
    return Line(
        document_number=invoice["document_number"],
        debtor_id=invoice["debtor_id"],
        amount=Decimal(invoice["principal"]["amount"]),
        currency=invoice["principal"]["currency"],
        status=invoice["status"],
        case_number=case["case_number"] if case else None,
        case_state=_state(case),
        hub=ours,
        agency=agency,
        reason=_difference(case, there, ours, agency),
    )


def _of_agency(case: dict[str, Any]) -> Sides:
    principal = Decimal(case["principal"]["remaining"]) - Decimal(case["principal"]["overpaid"])
    return Sides(principal, Decimal(case["cost"]["remaining"]))


def _state(case: dict[str, Any] | None) -> str:
    if case is None:
        return "–"
    if case["processing"] == "closed":
        return f"closed, {case['closed_reason']}"
    return str(case["stage"])


def _difference(
    case: dict[str, Any] | None, there: dict[str, Any] | None, ours: Sides, agency: Sides | None
) -> str | None:
    if case is None:
        return None
    if there is None or agency is None:
        return "the case never got a number"
    if ours.principal != agency.principal:
        return f"the hub says {ours.principal} is left, the agency {agency.principal}"
    if ours.cost != agency.cost:
        return f"the hub says {ours.cost} of the agency's cost is left, the agency {agency.cost}"
    if (case["processing"] == "closed") != (there["state"] == "closed"):
        return f"the case is {case['processing']} at the hub, {there['state']} at the agency"
    return None


_HEADS = ("Invoice", "Amount", "", "Invoice is", "Case", "Case is", "Hub", "Agency", "Hub", "Agency", "")
_LEFT = (True, False, True, True, True, True, False, False, False, False, True)


def table(lines: Iterable[Line]) -> str:
    """Spell a table of every invoice: what is left of it and of the agency's cost, on both sides."""
    rows = [
        (
            line.document_number,
            str(line.amount),
            line.currency,
            line.status,
            line.case_number or "–",
            line.case_state,
            str(line.hub.principal),
            str(line.agency.principal) if line.agency else "–",
            str(line.hub.cost) if line.agency else "–",
            str(line.agency.cost) if line.agency else "–",
            "DIFFERS" if line.reason else "",
        )
        for line in lines
    ]
    (heads, *spelt), widths = in_columns([_HEADS, *rows], _LEFT)
    before = sum(widths[:6]) + 2 * 6
    owed, cost = widths[6] + widths[7] + 2, widths[8] + widths[9] + 2
    above = " " * before + "left to pay".center(owed) + "  " + "agency's cost".center(cost)
    return "\n".join([above.rstrip(), heads, "-" * len(heads), *spelt])


def sums(lines: Iterable[Line]) -> dict[str, tuple[Decimal, Decimal]]:
    """Sum what is left of what was handed over, by currency: at the hub, and at the agency."""
    summed: dict[str, tuple[Decimal, Decimal]] = {}
    for line in lines:
        if line.agency is None:
            continue
        ours, theirs = summed.get(line.currency, (NOTHING, NOTHING))
        summed[line.currency] = (
            ours + line.hub.principal + line.hub.cost,
            theirs + line.agency.principal + line.agency.cost,
        )
    return summed
