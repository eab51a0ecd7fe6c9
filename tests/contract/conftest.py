"""The stage for every agency of the registry: adding one to ``AGENCIES`` runs the whole contract on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fordring.agencies.registry import AGENCIES, agency_names
from fordring.domain.agency import Accepted, Credentials, Outcome
from fordring.domain.agency_port import Agency
from fordring.domain.facts import Changes, Delivery, Fact
from fordring.domain.instructions import Command, RegisterCase
from sandbox.server import Sandbox
from tests.contract.stage import Controls, PlainHttp, Receiver, carry_out, real_now, receiving

BEGINNING = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
CLIENT = Credentials("79021", "fjordlys", "secret word")
OTHER_CLIENT = Credentials("79022", "nordlys", "another secret")


@dataclass(frozen=True)
class Words:
    """What one agency calls a status."""

    sent: str
    overdue: str
    part_paid: str
    paid: str
    credited: str


WORDS = {"svea": Words("Sent", "Overdue", "PartlyPaid", "Paid", "Credited")}


@dataclass
class Stage:
    """An adapter, a sandbox whose clock stands at ``BEGINNING``, and a receiver of callbacks."""

    name: str
    agency: Agency
    control: Controls
    receiver: Receiver
    sandbox: Sandbox
    folder: Path
    client: Credentials = CLIENT
    other_client: Credentials = OTHER_CLIENT

    @property
    def words(self) -> Words:
        """The agency's own words."""
        return WORDS[self.name]

    def send(self, command: Command, client: Credentials | None = None) -> Outcome:
        """Send a command, and ask for its result when it comes later: the agency's clock moves until then."""
        return carry_out(self.agency, self.control, command, client or self.client)

    def registered(self, command: RegisterCase) -> str:
        """Register and wait for the case number."""
        assert self.send(command) == Accepted()
        self.control.advance(minutes=5)
        ours = self.control.get(f"cases?external_id={command.external_id}")["items"]
        number = ours[-1]["case_number"]
        assert isinstance(number, str)
        return number

    def all_changes(self) -> list[Fact]:
        """Everything that the list of changes holds."""
        found: list[Fact] = []
        cursor = None
        while True:
            page: Changes = self.agency.changes_since(cursor, self.client)
            found += page.facts
            cursor = page.cursor
            if not page.more:
                return found

    def deliveries(self) -> list[Delivery]:
        """Every callback that came, verified and read."""
        read = []
        for one in self.receiver.received:
            assert self.agency.verify_callback(one.headers, one.body, [self.client], real_now())
            read.append(self.agency.parse_callback(one.headers, one.body))
        return read

    def restart(self) -> None:
        """Stop the sandbox and start it again on the same ledger and port."""
        self.sandbox.stop()
        self.sandbox = Sandbox(self.folder, self.sandbox.port)
        self.sandbox.start()

    def onboard(self, credentials: Credentials, callback_url: str | None) -> None:
        """Make a client known to the agency."""
        self.control.post(
            "clients",
            client_number=credentials.customer_number,
            client_id=credentials.user_name,
            secret=credentials.password,
            callback_url=callback_url,
        )


@pytest.fixture(params=agency_names())
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    name: str = request.param
    with receiving() as receiver:
        sandbox = Sandbox(tmp_path)
        sandbox.start()
        control = Controls(sandbox.url, name)
        control.clock(BEGINNING)
        agency = AGENCIES[name](PlainHttp(), f"{sandbox.url}/{name}", real_now)
        stage = Stage(name, agency, control, receiver, sandbox, tmp_path)
        stage.onboard(CLIENT, receiver.url)
        stage.onboard(OTHER_CLIENT, None)
        try:
            yield stage
        finally:
            stage.sandbox.stop()
