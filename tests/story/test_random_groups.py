"""Random stories of one case of several invoices, against the real sandbox: the books even out."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from fordring.domain.clock import utc
from fordring.edge import settings as environment
from fordring.store.memory import MemoryEngine
from tests.story.conftest import ENVIRONMENT
from tests.story.stage import onboard, stage
from tests.story.telling import ACME, faults_of, invoice_of, money, today
from tests.story.test_groups import FIRST_DUE, grouping, hand_over, owing

INVOICES = 4
WHICH = st.integers(0, INVOICES - 1)
AMOUNT = st.integers(1, 30_000).map(lambda minor: f"{minor / 100:.2f}")

EVENTS = st.one_of(
    st.tuples(st.just("pay_creditor"), WHICH, AMOUNT),
    st.tuples(st.just("pay_agency"), AMOUNT),
    st.tuples(st.just("bounce_at_agency"), st.integers(0, 3)),
    st.tuples(st.just("bounce_at_creditor"), st.integers(0, 3)),
    st.tuples(st.just("credit"), WHICH, AMOUNT),
    st.tuples(st.just("take_back"), WHICH),
    st.tuples(st.just("add")),
    st.tuples(st.just("dispute"), WHICH),
    st.tuples(st.just("resolve"), st.integers(0, 3)),
    st.tuples(st.just("pass"), st.integers(1, 72)),
    st.tuples(
        st.just("fault"),
        st.sampled_from(
            [
                ("timeout_before", "add_invoice"),
                ("timeout_after", "withdraw_invoice"),
                ("timeout_after", "report_payment"),
                ("error_500", "dispute_invoice"),
                ("error_500", "reverse_payment"),
                ("malformed_answer", "report_credit"),
                ("drop_callback", None),
                ("duplicate_callback", None),
                ("reorder_callbacks", None),
            ]
        ),
    ),
)


class Story:
    """One case with its invoices; what cannot be done at the moment is refused, and that is that."""

    def __init__(self, hub: Any) -> None:
        self.hub = hub
        grouping(hub)
        self.invoices = owing(hub, "100.00", "200.00", "300.00", "50.00")
        self.case_id = hand_over(hub, invoice_id=self.invoices[0])["case_id"]
        hub.advance(hub.api, hours=1)
        self.at_creditor: list[str] = []
        self.at_agency: list[str] = []
        self.disputes: list[tuple[str, str]] = []
        self.notes = 0

    def post(self, path: str, body: Any) -> Any:
        reply = self.hub.api.post(path, body)
        assert reply.status in (200, 201, 202, 409, 422), reply.text
        return reply.body if reply.status < 300 else None

    def pay_creditor(self, which: int, amount: str) -> None:
        body = {"amount": money(amount), "paid_date": today(self.hub), "origin": "debtor"}
        made = self.post(f"{ACME}/invoices/{self.invoices[which]}/payments", body)
        if made:
            self.at_creditor.append(made["payment_id"])

    def pay_agency(self, amount: str) -> None:
        case = self.hub.case(self.case_id)
        if case.open:
            there = {"case_number": case.case_number, "date": today(self.hub), **money(amount)}
            self.at_agency.append(self.hub.control("POST", "svea/payments", there)["payment_id"])

    def bounce_at_agency(self, which: int) -> None:
        if which < len(self.at_agency):
            self.hub.control("POST", f"svea/payments/{self.at_agency.pop(which)}/reverse")

    def bounce_at_creditor(self, which: int) -> None:
        if which < len(self.at_creditor) and self.hub.case(self.case_id).open:
            self.post(f"/v1/payments/{self.at_creditor.pop(which)}/reverse", {"date": today(self.hub)})

    def credit(self, which: int, amount: str) -> None:
        self.notes += 1
        note = {"document_number": f"C-{self.notes}", "amount": money(amount), "credit_date": today(self.hub)}
        self.post(f"{ACME}/credit-notes", note | {"invoice_id": self.invoices[which]})

    def take_back(self, which: int) -> None:
        self.post(f"/v1/cases/{self.case_id}/withdraw", {"invoice_id": self.invoices[which]})

    def add(self) -> None:
        due = FIRST_DUE + timedelta(days=len(self.invoices))
        more = self.hub.world.invoice(amount="75.00", due_date=due, invoice_date=FIRST_DUE).invoice_id
        self.post(f"/v1/cases/{self.case_id}/invoices", {"invoice_id": more})
        self.invoices.append(more)

    def dispute(self, which: int) -> None:
        invoice_id = self.invoices[which]
        made = self.post(f"{ACME}/invoices/{invoice_id}/disputes", {"reason": "wrong_goods"})
        if made:
            self.disputes.append((invoice_id, made["dispute_id"]))

    def resolve(self, which: int) -> None:
        if which < len(self.disputes):
            invoice_id, dispute_id = self.disputes.pop(which)
            path = f"{ACME}/invoices/{invoice_id}/disputes/{dispute_id}/resolve"
            self.post(path, {"resolution": "rejected"})

    def fault(self, what: tuple[str, str | None]) -> None:
        kind, operation = what
        aim = {"operation": operation} if operation else {}
        self.hub.control("POST", "svea/faults", {"kind": kind, "count": 1, **aim})

    def check(self) -> None:
        """What holds at every moment: the case is the sum of its invoices."""
        case = self.hub.case(self.case_id)
        if case.open:
            owed = [invoice_of(self.hub, each.invoice_id).balance.owed_to_creditor for each in case.held]
            assert case.remaining == sum(owed)

    def play(self, events: list[Any]) -> None:
        for name, *given_ in events:
            if name == "pass":
                self.hub.advance(self.hub.api, hours=given_[0])
            else:
                getattr(self, name)(*given_)
                self.hub.pump()
            self.check()
        self.hub.advance(self.hub.api, days=4)
        self.check()


@pytest.mark.capability("ZIR-7", "BEY-5", "BEY-6")
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow],
)
@example(events=[("pay_agency", "0.01"), ("take_back", 0), ("pass", 2), ("bounce_at_agency", 0)])
@given(events=st.lists(EVENTS, min_size=3, max_size=12))
def test_both_sides_are_even_at_the_end_of_any_story(events):
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        environment.settings.cache_clear()
        with stage(Path(folder), MemoryEngine()) as hub:
            hub.api = hub.world.client()  # type: ignore[attr-defined]
            hub.advance_to(hub.api, utc(2026, 3, 2, 9))  # type: ignore[attr-defined]
            onboard(hub)
            Story(hub).play(events)
            wrong = [each for each in faults_of(hub) if not each.startswith("attention: command_rejected")]
            assert wrong == [], events
    environment.settings.cache_clear()
