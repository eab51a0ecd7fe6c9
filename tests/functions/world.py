"""What a test sets up behind the API's back, and a clock that stands."""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Address, ClosedReason, Credentials, Level
from fordring.domain.agreement import (
    Agreement,
    AgreementState,
    CallbackToken,
    Consent,
    Order,
    SealedCredentials,
    digest_of,
)
from fordring.domain.agreement_settings import Settings
from fordring.domain.case import Case
from fordring.domain.clock import utc
from fordring.domain.creditor import ApiKey, Creditor, Debtor, Scope
from fordring.domain.ids import ulid
from fordring.domain.invoice import Invoice, Terms
from fordring.domain.money import Money
from fordring.domain.references import recognise
from fordring.domain.refs import Ref
from fordring.edge.hub import Hub, SystemClock
from fordring.edge.key_text import KEY_PREFIX, digest_of_key
from fordring.store.memory import MemoryEngine
from fordring.usecases.invoicing import NewInvoice, refs_to_register, register
from fordring.usecases.store_port import Change
from fordring.usecases.submitting import Submission, end, refs_to_submit, submit
from fordring.usecases.work import Work, transact
from tests.functions.caller import Client, Gateway

START = utc(2026, 3, 2, 9)
"""A Monday, ten o'clock in Oslo."""

PASSWORD = "correct-horse-battery"
CALLBACK_TOKEN = "0123456789abcdef0123456789abcdef"


def callback_token(creditor_id: str, agency: str) -> str:
    """Give the token of an agreement: no two agreements share one."""
    others = [name for name, usual in ((creditor_id, "acme"), (agency, "svea")) if name != usual]
    return "-".join([CALLBACK_TOKEN, *others])


class FixedClock(SystemClock):
    """Real time that stands still until a test moves it; waits cost nothing."""

    def __init__(self, present: datetime = START) -> None:
        self.present = present

    def now(self) -> datetime:
        return self.present

    def pause(self, duration: timedelta) -> None:
        self.present += duration

    def advance(self, **duration: float) -> datetime:
        """Move on, for example ``advance(days=1)``."""
        self.present += timedelta(**duration)
        return self.present


class World:
    """What a test sets up behind the API's back, each with something sensible where nothing is said."""

    def __init__(self, hub: Hub, engine: MemoryEngine, gateway: Gateway) -> None:
        self.hub = hub
        self.engine = engine
        self.gateway = gateway

    def client(self, scope: str = "admin", creditors: Iterable[str] | None = None) -> Client:
        """Give a client with a new key."""
        return Client(self.gateway, self.key(scope, creditors))

    def key(self, scope: str = "admin", creditors: Iterable[str] | None = None) -> str:
        """Make an API key; gives its text."""
        name = ulid(self.hub.wall.now(), secrets.randbits(80))
        text = f"{KEY_PREFIX}{name}_{urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip('=')}"
        bound = tuple(creditors) if creditors is not None else None
        made = ApiKey(f"key_{name}", digest_of_key(text), "a test", Scope(scope), bound, self.hub.wall.now())
        self.put(things.API_KEY(made.key_id), made)
        return text

    def put[T](self, ref: Ref[T], value: T) -> T:
        """Write something down as it is, whether it is there or not."""
        stored = self.hub.store.read([ref]).get(ref)
        self.hub.store.commit([Change("change" if stored else "add", ref, value, stored)])
        return value

    def get[T](self, ref: Ref[T]) -> T:
        """Look something up in the table."""
        value: T = self.hub.store.read([ref])[ref].value
        return value

    def creditor(self, creditor_id: str = "acme", **changes: Any) -> Creditor:
        """Make a Norwegian creditor."""
        now = self.hub.wall.now()
        creditor = Creditor(
            creditor_id=creditor_id,
            name="Acme AS",
            organisation_number="974760673",
            country="NO",
            address=Address(("Storgata 1",), "0155", "Oslo", "NO"),
            email="post@acme.example",
            kid_formats=(),
            clearing_order="costs_first",
            bank_account=None,
            created_at=now,
            updated_at=now,
        )
        return self.put(things.CREDITOR(creditor_id), replace(creditor, **changes))

    def debtor(self, creditor_id: str = "acme", debtor_id: str = "d-1", **changes: Any) -> Debtor:
        """Make a private debtor of whom nothing stands in the way."""
        now = self.hub.wall.now()
        debtor = Debtor(
            creditor_id=creditor_id,
            debtor_id=debtor_id,
            kind="private",
            name="Kari Nordmann",
            country="NO",
            created_at=now,
            updated_at=now,
            address=Address(("Lillegata 2",), "0456", "Oslo", "NO"),
            email="kari@nordmann.example",
        )
        return self.put(things.DEBTOR(creditor_id, debtor_id), replace(debtor, **changes))

    def agreement(
        self, creditor_id: str = "acme", agency: str = "svea", *, level: str = "reminder", **changes: Any
    ) -> Agreement:
        """Make an active agreement with credentials and a callback address."""
        now = self.hub.wall.now()
        sealed = SealedCredentials(
            self.hub.vault.seal_credentials(creditor_id, agency, Credentials("4711", "acme", PASSWORD)), now
        )
        order = Order(
            "ord_1", "Ola Nordmann", "ola@acme.example", None, Consent("Ola Nordmann", now, "1"), "text", now
        )
        token = callback_token(creditor_id, agency)
        agreement = Agreement(
            creditor_id=creditor_id,
            agency=agency,
            number=1,
            state=AgreementState.ACTIVE,
            settings=Settings(level=Level(level)),
            created_at=now,
            updated_at=now,
            order=order,
            callback_digest=digest_of(token),
            credentials=sealed,
        )
        self.put(things.CALLBACK_TOKEN(digest_of(token)), CallbackToken(creditor_id, agency, 1, sealed, None))
        return self.put(things.AGREEMENT(creditor_id, agency), replace(agreement, **changes))

    def invoice(
        self,
        creditor_id: str = "acme",
        debtor_id: str = "d-1",
        *,
        number: str | None = None,
        amount: str = "1250.00",
        currency: str = "NOK",
        invoice_date: date = date(2026, 1, 15),
        due_date: date = date(2026, 1, 29),
        reference: str | None = None,
        **more: Any,
    ) -> Invoice:
        """Register an invoice that is overdue at the start."""
        new = NewInvoice(
            debtor_id=debtor_id,
            document_number=number or f"F-{secrets.token_hex(4)}",
            principal=Money.parse(amount, currency),
            invoice_date=invoice_date,
            terms=Terms(due_date=due_date, payment_reference=recognise(reference) if reference else None),
            **more,
        )
        return transact(
            self.hub.desk, refs_to_register(creditor_id, new), lambda work: register(work, creditor_id, new)
        )

    def case(self, creditor_id: str = "acme", invoice_id: str | None = None, agency: str = "svea") -> Case:
        """Hand an invoice over; makes one where none is given."""
        invoice = invoice_id or self.invoice(creditor_id).invoice_id
        wanted = Submission(creditor_id, agency, invoice)
        capabilities = self.hub.capabilities(agency)
        return transact(
            self.hub.desk, refs_to_submit(wanted), lambda work: submit(work, wanted, capabilities)
        )

    def close(self, case: Case) -> None:
        """Close a case as the agency would, paid."""
        case_ref = things.CASE(case.case_id)
        refs = [case_ref, *(things.INVOICE(member.invoice_id) for member in case.members)]

        def decide(work: Work) -> None:
            work.change(case_ref, end(work, work.get(case_ref), ClosedReason.PAID, "Paid"))

        transact(self.hub.desk, refs, decide)

    def ready(self, creditor_id: str = "acme", debtor_id: str = "d-1", agency: str = "svea") -> None:
        """Make a creditor, a debtor and an agreement with an agency."""
        self.creditor(creditor_id)
        self.debtor(creditor_id, debtor_id)
        self.agreement(creditor_id, agency)

    @property
    def everything(self) -> str:
        """All items of the table as one text, to look for what must not be in it."""
        return json.dumps([[item.pk, item.sk, item.data] for item in self.engine.everything()], default=str)
