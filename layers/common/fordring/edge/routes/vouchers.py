"""Vouchers: read by ``poll_status``, linked to the bank statement by ``submit_case``."""

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.refs import Listing
from fordring.domain.vouchers import Voucher
from fordring.edge.call import Call
from fordring.edge.listing import given_cursor, next_cursor
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.case_reads import read_owned
from fordring.edge.schemas.vouchers import (
    BankLink,
    Chart,
    ToldVoucher,
    ToldVouchers,
    VoucherQuery,
    tell_voucher,
)
from fordring.formats.spreadsheet import MEDIA
from fordring.formats.voucher_csv import voucher_csv
from fordring.usecases.linking import link_to_bank
from fordring.usecases.work import Desk, Work


def chart_of(desk: Desk, creditor_id: str) -> Chart:
    """Read the account numbers of a creditor's agreements."""
    listing = Listing(things.AGREEMENT, "agreements_of", (creditor_id,))
    return Chart({each.agency: each.settings.accounts for _, each in desk.every(listing)})


def list_vouchers(call: Call) -> Answer:
    """List what bookkeeping is proposed to book, the oldest first."""
    asked = call.asked(VoucherQuery)
    read_owned(call, asked.creditor_id)
    listing = Listing(things.VOUCHER, "vouchers_of", (asked.creditor_id,), since=asked.since)
    chart = chart_of(call.hub.desk, asked.creditor_id)
    page = call.page(listing, limit=asked.size, after=given_cursor(call))
    vouchers = [voucher for _, voucher in page.items]
    following = next_cursor(call, page.next)
    if asked.format == "csv":
        headers = {"Next-Cursor": following} if following else {}
        return Answer(200, voucher_csv(vouchers, chart.number_of), MEDIA, headers)
    told = [tell_voucher(voucher, chart) for voucher in vouchers]
    return Answer.of(200, {"items": told, "next_cursor": following})


def link_voucher(call: Call) -> Answer:
    """Link a voucher to the bank statement."""
    body = call.given(BankLink)
    ref = things.VOUCHER(call.path["voucher_id"])

    def decide(work: Work) -> Voucher:
        voucher = work.get(ref)
        call.reach(voucher.creditor_id)
        return link_to_bank(work, voucher, body.bank_transaction_id)

    def tell(voucher: Voucher) -> dict[str, object]:
        return tell_voucher(voucher, chart_of(call.hub.desk, voucher.creditor_id))

    return call.transact((ref,), decide, tell)


VOUCHER_READ_ROUTES = (
    Route(
        "GET",
        "/v1/vouchers",
        list_vouchers,
        "List what bookkeeping is proposed to book",
        "bookkeeping",
        Scope.READ,
        {200: ToldVouchers},
        query=VoucherQuery,
        exports="text/csv",
        description="Every voucher balances. Account numbers are those of the agreement's settings now, with "
        "the Norwegian standard chart where none was chosen. As CSV the next page's cursor is the header "
        "`Next-Cursor`.",
    ),
)

VOUCHER_ROUTES = (
    Route(
        "POST",
        "/v1/vouchers/{voucher_id}/bank-link",
        link_voucher,
        "Link a voucher to the bank statement",
        "bookkeeping",
        Scope.WRITE,
        {200: ToldVoucher},
        body=BankLink,
        claims=True,
        description="Not of a payment whose reference a machine has read: the bank's file has linked that.",
    ),
)
