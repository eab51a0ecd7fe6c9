"""The stage for every agency of the registry: adding one to it runs the whole contract on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fordring.agencies.registry import agency_names, build
from fordring.agencies.registry import capabilities as capabilities_of
from fordring.domain.agency import Accepted, CommandKind, Credentials, Doubt, Operation, Outcome
from fordring.domain.agency import Stage as CaseStage
from fordring.domain.agency_answers import Changes, Delivery
from fordring.domain.agency_port import Agency, AnswersLater
from fordring.domain.facts import CaseClosed, Fact
from fordring.domain.instructions import Command, RegisterCase
from sandbox.server import Sandbox
from tests.contract.stage import Controls, PlainHttp, Receiver, carry_out, real_now, receiving

BEGINNING = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
CLIENT = Credentials("79021", "fjordlys", "secret word")
OTHER_CLIENT = Credentials("79022", "nordlys", "another secret")


@dataclass(frozen=True)
class Words:
    """What one agency calls things, and what it says nothing of."""

    sent: str
    overdue: str
    part_paid: str
    paid: str
    credited: str
    deceased: str
    """Its code for a debtor who is dead."""
    stages: tuple[CaseStage, ...]
    """What its statuses mean, from the registration over a reminder to the demand."""
    tells_endings: bool = True
    """Whether it says that a case has ended, or one has to look."""
    first_reminder: int = 2
    """How many days after the due date it reminds."""
    knows_again: bool = False
    """Whether it recognises a registration, although it is looked up before it is repeated."""


WORDS = {
    "cloud_collect": Words(
        "MIRRORED",
        "MIRRORED",
        "MIRRORED",
        "CLOSED",
        "CLOSED",
        "DEBTOR_DECEASED",
        (CaseStage.ADMINISTERED, CaseStage.REMINDER, CaseStage.COLLECTION),
        first_reminder=14,
        knows_again=True,
    ),
    "intrum": Words(
        "Registrerad",
        "Registrerad",
        "Registrerad",
        "Avslutad",
        "Avslutad",
        "debtorDeceased",
        (CaseStage.RECEIVED, CaseStage.COLLECTION),
        tells_endings=False,
    ),
    "svea": Words(
        "Sent",
        "Overdue",
        "PartlyPaid",
        "Paid",
        "Credited",
        "DebtorDeceased",
        (CaseStage.ADMINISTERED, CaseStage.REMINDER, CaseStage.COLLECTION),
    ),
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about something that an agency does not offer."""
    beside = [item for item in items if not _is_about(item)]
    if beside:
        config.hook.pytest_deselected(items=beside)
        items[:] = [item for item in items if item not in set(beside)]


def _is_about(item: pytest.Item) -> bool:
    mark, call = item.get_closest_marker("needs"), getattr(item, "callspec", None)
    if mark is None or call is None:
        return True
    return set(mark.args) <= capabilities_of(call.params["stage"]).operations


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

    def changes_and_end(self) -> tuple[list[Fact], CaseClosed | None]:
        """Everything that the list of changes holds, and that the case has ended, where it is said."""
        found = self.all_changes()
        if not self.words.tells_endings:
            assert not any(isinstance(fact, CaseClosed) for fact in found)
            return found, None
        end = found.pop()
        assert isinstance(end, CaseClosed)
        return found, end

    @property
    def calls(self) -> bool:
        """Whether the agency calls when something happens."""
        return Operation.RECEIVE_CALLBACKS in self.agency.capabilities.operations

    @property
    def knows_again(self) -> bool:
        """Whether the agency recognises a registration that it has already."""
        return not self.looks_up or self.words.knows_again

    @property
    def looks_up(self) -> bool:
        """Whether a registration in doubt is looked up, and not simply repeated."""
        return self.agency.doubts[CommandKind.REGISTER_CASE].doubt is Doubt.LOOK_UP

    def catch_up(self) -> None:
        """Let the agency carry out what it has taken in."""
        if isinstance(self.agency, AnswersLater):
            self.control.advance(seconds=15)

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
        agency = build(name, PlainHttp(), f"{sandbox.url}/{name}", real_now)
        stage = Stage(name, agency, control, receiver, sandbox, tmp_path)
        stage.onboard(CLIENT, receiver.url)
        stage.onboard(OTHER_CLIENT, None)
        try:
            yield stage
        finally:
            stage.sandbox.stop()
