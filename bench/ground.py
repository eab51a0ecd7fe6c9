"""What is measured on: one creditor with an agreement, and requests as the gateway hands them over.

The world is the one that the functions' tests set up, so what is measured is what is tested.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from fordring.agencies.svea.signature import signed_headers
from fordring.domain.agency import Credentials
from fordring.domain.case import Case
from fordring.edge.hub import Hub, SystemClock
from fordring.edge.settings import Settings
from fordring.store.engine import Engine
from fordring.store.memory import MemoryEngine
from fordring.store.repository import Repository
from fordring.store.rows import Row, to_row
from fordring.usecases.sealed import Vault
from tests.fakes import MemoryFiles, MemorySealer
from tests.functions.caller import Gateway
from tests.functions.world import CALLBACK_TOKEN, PASSWORD, World

ENVIRONMENT = {
    "FORDRING_TABLE": "fordring",
    "FORDRING_TENANT": "demo",
    "FORDRING_STAGE": "development",
    "FORDRING_MODE": "live",
    "FORDRING_AGENCY_URLS": "svea=https://svea.example",
    "FORDRING_KEY_ID": "key",
    "FORDRING_BUCKET": "bucket",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "PYDANTIC_DISABLE_PLUGINS": "1",
}
"""What the template sets for every function."""

CREDENTIALS = Credentials("4711", "acme", PASSWORD)

type Event = dict[str, Any]


@dataclass
class Ground:
    """A world to send requests into."""

    world: World
    key: str

    @property
    def hub(self) -> Hub:
        """The hub behind it."""
        return self.world.hub

    def invoice(self, amount: str = "1250.00") -> str:
        """Register an invoice that has been overdue for a month; gives its id."""
        today = datetime.now(UTC).date()
        made = self.world.invoice(
            amount=amount, invoice_date=today - timedelta(days=60), due_date=today - timedelta(days=30)
        )
        return made.invoice_id

    def case(self) -> Case:
        """Hand an invoice over."""
        return self.world.case(invoice_id=self.invoice())

    # --- requests ---------------------------------------------------------------------------------

    def submission(self, invoice_id: str) -> Event:
        """Ask for a case."""
        body = {"agency": "svea", "invoice_id": invoice_id}
        return self._authorised("POST", "/v1/creditors/{creditor_id}/cases", {"creditor_id": "acme"}, body)

    def status_read(self, case_id: str) -> Event:
        """Ask how a case stands."""
        return self._authorised("GET", "/v1/cases/{case_id}", {"case_id": case_id})

    def new_invoice(self) -> Event:
        """Ask to register an invoice."""
        body = {
            "debtor_id": "d-1",
            "document_number": f"F-{secrets.token_hex(4)}",
            "principal": {"amount": "1250.00", "currency": "NOK"},
            "invoice_date": "2026-01-15",
            "due_date": "2026-01-29",
        }
        return self._authorised("POST", "/v1/creditors/{creditor_id}/invoices", {"creditor_id": "acme"}, body)

    def new_key(self) -> Event:
        """Ask for an API key."""
        return self._authorised("POST", "/v1/api-keys", {}, {"name": "bench", "scope": "read"})

    def payment(self, case: Case, amount: str = "100.00", now: datetime | None = None) -> Event:
        """Tell, as the agency does, of a payment."""
        at = (now or self.hub.wall.now()).astimezone(UTC)
        change = {
            "Sequence": 1,
            "RecordedAt": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "Type": "PaymentReceived",
            "ClientOrderId": case.external_id,
            "CaseNumber": case.case_number,
            "OccurredAt": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "PaymentId": f"P-{secrets.token_hex(6)}",
            "Amount": amount,
            "Principal": amount,
            "Interest": "0.00",
            "Cost": "0.00",
            "Overpayment": "0.00",
            "Currency": "NOK",
            "PaidDate": date(at.year, at.month, at.day).isoformat(),
            "PaymentReference": None,
            "ClientInvoiceId": None,
        }
        body = json.dumps(
            {"DeliveryId": f"d-{secrets.token_hex(6)}", "ClientId": "4711", "Changes": [change]}
        )
        return request(
            "POST",
            "/v1/callbacks/{agency}/{token}",
            {"agency": "svea", "token": CALLBACK_TOKEN},
            signed_headers(body.encode(), CREDENTIALS, at),
            body,
        )

    def _authorised(self, method: str, route: str, path: Mapping[str, str], body: Any = None) -> Event:
        headers = {"authorization": f"Bearer {self.key}"}
        if method == "POST":
            headers["idempotency-key"] = secrets.token_hex(16)
        return request(method, route, path, headers, None if body is None else json.dumps(body))


def request(
    method: str, route: str, path: Mapping[str, str], headers: Mapping[str, str], body: str | None
) -> Event:
    """Write a request as the HTTP API's payload format 2.0 has it."""
    sent = {name.lower(): value for name, value in headers.items()}
    if body is not None:
        sent["content-type"] = "application/json"
    return {
        "version": "2.0",
        "routeKey": f"{method} {route}",
        "rawPath": route.format(**path),
        "rawQueryString": "",
        "headers": sent,
        "queryStringParameters": None,
        "pathParameters": dict(path) or None,
        "requestContext": {
            "requestId": f"req-{secrets.token_hex(8)}",
            "http": {"method": method, "path": route.format(**path)},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def ground(engine: Engine) -> Ground:
    """Make one creditor with a debtor, an agreement and an API key, in live mode and at real time."""
    chosen = Settings(
        table=ENVIRONMENT["FORDRING_TABLE"],
        tenant=ENVIRONMENT["FORDRING_TENANT"],
        stage=ENVIRONMENT["FORDRING_STAGE"],
        mode="live",
        agency_urls={"svea": "https://svea.example"},
    )
    made = Hub(chosen, Repository(engine), SystemClock())
    made.vault = Vault(MemorySealer())
    made.files = MemoryFiles()  # type: ignore[assignment]
    world = World(made, cast("MemoryEngine", engine), Gateway(made))
    world.ready()
    return Ground(world, world.key())


def first_requests() -> tuple[dict[str, Event], list[Row]]:
    """Give a typical first request to each function of the API, and the table that it meets."""
    engine = MemoryEngine()
    on = ground(engine)
    case = on.case()
    requests = {
        "manage_creditors": on.new_key(),
        "register_invoice": on.new_invoice(),
        "submit_case": on.submission(on.invoice()),
        "poll_status": on.status_read(case.case_id),
        "payment_webhook": on.payment(case),
    }
    return requests, [to_row(item) for item in engine.everything()]


__all__ = ["CREDENTIALS", "ENVIRONMENT", "Event", "Ground", "first_requests", "ground", "request"]
