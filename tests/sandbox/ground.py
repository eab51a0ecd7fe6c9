"""What the tests of the sandbox stand on."""

from datetime import UTC, datetime

from fordring.agencies.svea.adapter import Svea
from fordring.domain.agency import Credentials
from sandbox.server import Sandbox
from tests.contract.stage import (
    Controls,
    PlainHttp,
    real_now,
)

BEGINNING = datetime(2012, 1, 1, 8, 0, tzinfo=UTC)
CLIENT = Credentials("79021", "fjordlys", "secret word")


def onboard(control: Controls, callback_url: str | None = None, client: Credentials = CLIENT) -> None:
    control.post(
        "clients",
        client_number=client.customer_number,
        client_id=client.user_name,
        secret=client.password,
        callback_url=callback_url,
    )


def svea(sandbox: Sandbox) -> Svea:
    return Svea(PlainHttp(), f"{sandbox.url}/svea", real_now)
