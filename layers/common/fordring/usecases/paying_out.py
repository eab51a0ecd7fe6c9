"""What agencies pay out of the money that they have received: settlements, told once, never reported back."""

from fordring.domain import things
from fordring.domain.agency_answers import Teller
from fordring.domain.events import EventType
from fordring.domain.facts import SettlementMade
from fordring.domain.invoice import case_id_of, split_external_id
from fordring.domain.payment import Settlement, SettlementLine
from fordring.usecases.recording import derived_id, tell
from fordring.usecases.unmatched import said
from fordring.usecases.vouchering import vouch_settlement
from fordring.usecases.work import Work


def settlement_id_of(fact: SettlementMade, teller: Teller) -> str:
    """Spell the id of a settlement."""
    return derived_id("set", teller.agency, teller.creditor_id, fact.settlement_id)


def receive_settlement(work: Work, fact: SettlementMade, teller: Teller) -> bool:
    """Keep what the agency says it pays out; tells whether it was new. The debtors' side stays as it is."""
    settlement_id = settlement_id_of(fact, teller)
    ref = things.SETTLEMENT(settlement_id)
    if work.find(ref) is not None:
        return False
    lines = []
    for line in fact.lines:
        parts = split_external_id(line.case.external_id) if line.case.external_id else None
        lines.append(
            SettlementLine(
                case_id=case_id_of(*parts) if parts else None,
                case_number=line.case.case_number,
                principal=line.principal.minor,
                fee=line.fee.minor,
                interest=line.interest.minor,
                commission=line.commission.minor,
                vat=line.vat.minor,
                payout=line.payout.minor,
            )
        )
    settlement = Settlement(
        settlement_id=settlement_id,
        creditor_id=teller.creditor_id,
        agency=teller.agency,
        agency_settlement_id=fact.settlement_id,
        settled_date=fact.settled_date,
        currency=fact.payout.currency,
        payout=fact.payout.minor,
        lines=tuple(lines),
        created_at=work.now,
    )
    work.add(ref, settlement)
    vouch_settlement(work, settlement)
    tell(
        work,
        EventType.SETTLEMENT_RECEIVED,
        teller.creditor_id,
        ("creditor", teller.creditor_id),
        {
            "settlement_id": settlement_id,
            "agency": teller.agency,
            "settled_date": fact.settled_date.isoformat(),
            "payout": said(fact.payout),
            "lines": len(lines),
        },
    )
    return True
