"""Every kind of thing that the hub keeps. The ids of each, from the outermost inwards, are in comments."""

from typing import Final

from fordring.domain.agreement import Agreement, CallbackToken
from fordring.domain.case import Case
from fordring.domain.command import Attention, CommandRow
from fordring.domain.confirmed_letter import ConfirmedLetter
from fordring.domain.contract import Moving
from fordring.domain.correspondence import Dispatch, Message
from fordring.domain.credit import CreditCheck
from fordring.domain.creditor import ApiKey, Creditor, Debtor
from fordring.domain.email import Email
from fordring.domain.events import Event
from fordring.domain.gathering import Gathering
from fordring.domain.hub_letter import HubLetter
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import Entry
from fordring.domain.payment import CreditNote, Payment, Settlement
from fordring.domain.questions import AgencyQuestion
from fordring.domain.refs import Kind
from fordring.domain.reminder_plan import ReminderPlan
from fordring.domain.running import (
    CaseNumber,
    Claim,
    DebtorInvoice,
    DeliveryClaim,
    DocumentClaim,
    Epoch,
    FeedPage,
    Job,
    ParkedCallback,
    ReferenceHolder,
    SyncRequest,
    SyncState,
    TestClock,
)
from fordring.domain.vouchers import Voucher
from fordring.domain.webhooks import Delivery, Endpoint

API_KEY: Final = Kind("api_key", ApiKey)  # key id
CREDITOR: Final = Kind("creditor", Creditor)  # creditor
AGREEMENT: Final = Kind("agreement", Agreement)  # creditor, agency: the current one
EMAIL: Final = Kind("email", Email)  # creditor, agency, e-mail
DEBTOR: Final = Kind("debtor", Debtor)  # creditor, debtor
DEBTOR_INVOICE: Final = Kind("debtor_invoice", DebtorInvoice)  # creditor, debtor, invoice
CREDIT_CHECK: Final = Kind("credit_check", CreditCheck)  # creditor, check
REMINDER_PLAN: Final = Kind("reminder_plan", ReminderPlan)  # creditor: the present one
FORMER_PLAN: Final = Kind("former_plan", ReminderPlan)  # creditor, seq: every one, by its number
INVOICE: Final = Kind("invoice", Invoice)  # invoice
INVOICE_ENTRY: Final = Kind("invoice_entry", Entry)  # invoice, seq
LETTER: Final = Kind("letter", HubLetter)  # invoice, letter
CONFIRMED_LETTER: Final = Kind("confirmed_letter", ConfirmedLetter)  # invoice, reminder
CASE: Final = Kind("case", Case)  # case
CASE_ENTRY: Final = Kind("case_entry", Entry)  # case, seq
COMMAND: Final = Kind("command", CommandRow)  # case, seq
GATHERING: Final = Kind("gathering", Gathering)  # case
EVENT: Final = Kind("event", Event)  # parent kind, parent id, event
MESSAGE: Final = Kind("message", Message)  # case, message
DISPATCH: Final = Kind("dispatch", Dispatch)  # case, dispatch
QUESTION: Final = Kind("question", AgencyQuestion)  # case, question
PAYMENT: Final = Kind("payment", Payment)  # payment
CREDIT_NOTE: Final = Kind("credit_note", CreditNote)  # credit note
SETTLEMENT: Final = Kind("settlement", Settlement)  # settlement
VOUCHER: Final = Kind("voucher", Voucher)  # voucher
CASE_NUMBER: Final = Kind("case_number", CaseNumber)  # agency, creditor, case number
REFERENCE: Final = Kind("reference", ReferenceHolder)  # creditor, payment reference, invoice
DOCUMENT: Final = Kind("document", DocumentClaim)  # creditor, document number
CALLBACK_TOKEN: Final = Kind("callback_token", CallbackToken)  # digest of the token
DELIVERY_CLAIM: Final = Kind("delivery_claim", DeliveryClaim)  # agency, digest of the token, delivery
PARKED: Final = Kind("parked", ParkedCallback)  # agency, creditor, delivery
CLAIM: Final = Kind("claim", Claim)  # digest of key, method, path, idempotency key
ENDPOINT: Final = Kind("endpoint", Endpoint)  # endpoint
DELIVERY: Final = Kind("delivery", Delivery)  # delivery
ATTENTION: Final = Kind("attention", Attention)  # attention
SYNC: Final = Kind("sync", SyncState)  # creditor, agency
SYNC_REQUEST: Final = Kind("sync_request", SyncRequest)  # creditor, agency, request
JOB: Final = Kind("job", Job)  # job
MOVING: Final = Kind("moving", Moving)  # job, case
TEST_CLOCK: Final = Kind("test_clock", TestClock)  # none
EPOCH: Final = Kind("epoch", Epoch)  # none
FEED_PAGE: Final = Kind("feed_page", FeedPage)  # creditor, position
