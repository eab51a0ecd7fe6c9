"""Vouchers and the bank statement, settlements and the bookkeeping: what a person or a program connects."""

from dataclasses import replace

from fordring.domain import things
from fordring.domain.errors import Refused
from fordring.domain.payment import Settlement
from fordring.domain.vouchers import Account, Voucher
from fordring.usecases.vouchering import voucher_of_settlement
from fordring.usecases.work import Work


def link_to_bank(work: Work, voucher: Voucher, bank_transaction_id: str) -> Voucher:
    """Link a voucher to a transaction on the bank statement (NET-35).

    Raises
    ------
    Refused
        ``reference_payment_not_linkable``: the bank links what a machine has read (NET-34);
        ``voucher_voided``; ``no_bank_line``: no money went through the bank; ``already_linked`` to another.
    """
    if voucher.machine_readable:
        raise Refused(
            "reference_payment_not_linkable",
            "it is of a payment whose reference a machine has read: the bank's file has linked it",
        )
    if voucher.voided_at is not None:
        raise Refused("voucher_voided", "the payment was set aside: link the voucher of what replaces it")
    if not any(line.account is Account.BANK for line in voucher.lines):
        raise Refused("no_bank_line", "nothing in this voucher went through the bank")
    if voucher.bank_transaction_id not in (None, bank_transaction_id):
        raise Refused(
            "already_linked",
            "it is linked to another transaction",
            facts={"bank_transaction_id": voucher.bank_transaction_id},
        )
    if voucher.bank_transaction_id == bank_transaction_id:
        return voucher
    linked = replace(voucher, bank_transaction_id=bank_transaction_id, revision=voucher.revision + 1)
    work.change(things.VOUCHER(voucher.voucher_id), linked)
    return linked


def acknowledge_settlement(work: Work, settlement: Settlement, bookkeeping_id: str) -> Settlement:
    """Note under which number the creditor's bookkeeping has a settlement (BEY-8), and its voucher, too.

    Raises
    ------
    Refused
        ``already_bookkept`` under another number.
    """
    if settlement.bookkeeping_id == bookkeeping_id:
        return settlement
    if settlement.bookkeeping_id is not None:
        raise Refused(
            "already_bookkept",
            "the settlement was acknowledged under another number",
            facts={"bookkeeping_id": settlement.bookkeeping_id},
        )
    kept = replace(
        settlement,
        bookkeeping_id=bookkeeping_id,
        bookkept_at=work.now,
        revision=settlement.revision + 1,
    )
    work.change(things.SETTLEMENT(settlement.settlement_id), kept)
    ref = voucher_of_settlement(settlement.settlement_id)
    if (voucher := work.find(ref)) is not None:
        work.change(ref, replace(voucher, bookkeeping_id=bookkeeping_id, revision=voucher.revision + 1))
    return kept
