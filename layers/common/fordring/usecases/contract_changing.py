"""A contract gets another number: recorded with the agency's agreement, and a job that moves the cases."""

from dataclasses import replace
from datetime import date
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Credentials
from fordring.domain.agreement import Agreement, SealedCredentials
from fordring.domain.calendar import refuse_day_to_come
from fordring.domain.contract import ContractChange
from fordring.domain.errors import Refused
from fordring.domain.events import EventType
from fordring.domain.running import Job
from fordring.domain.values import dataclass
from fordring.usecases.recording import tell
from fordring.usecases.sealed import is_same
from fordring.usecases.store_port import Conflict
from fordring.usecases.work import Work

JOB_TYPE = "contract_change"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who at the agency agreed that what was sent is cancelled, and when (NET-6)."""

    confirmed_by: str
    confirmed_date: date


def change_contract(
    work: Work,
    creditor_id: str,
    agency: str,
    credentials: Credentials,
    sealed: SealedCredentials,
    confirmation: Confirmation | None,
) -> Job:
    """Give an agreement the contract's new number, and queue the job that moves its cases (NET-6, NET-7).

    Invoices are handed over under the new number from now on. See ``refs_with_token`` for what must have been
    read.

    Raises
    ------
    NotFound
        When there is no such agreement.
    Refused
        ``confirmation_required``; ``contract_unchanged``; ``agreement_not_active``;
        ``contract_change_running``.
    InvalidInput
        When the agency is said to have agreed on a day to come.
    """
    ref = things.AGREEMENT(creditor_id, agency)
    agreement = work.get(ref)
    if confirmation is None:
        raise Refused(
            "confirmation_required",
            "what was sent is cancelled only after the agency has agreed: say who did, and when",
        )
    country = work.get(things.CREDITOR(creditor_id)).country
    refuse_day_to_come(confirmation.confirmed_date, work.now, country, "/confirmation/confirmed_date")
    if agreement.credentials is not None and is_same(agreement.credentials, credentials):
        raise Refused("contract_unchanged", "these are the present credentials")
    job_id = work.new_id("job")
    change = ContractChange(
        job_id, confirmation.confirmed_by, confirmation.confirmed_date, recorded_at=work.now
    )
    changed = agreement.with_new_contract(sealed, change, work.now)
    work.change(ref, changed)
    _tell_token(work, agreement, changed)
    job = Job(
        job_id=job_id,
        creditor_id=creditor_id,
        type=JOB_TYPE,
        file="",
        state="queued",
        created_at=work.now,
        due_at=work.now,
        subject=agency,
    )
    work.add(things.JOB(job_id), job)
    tell_change(work, changed, "begun", {})
    return job


def _tell_token(work: Work, agreement: Agreement, changed: Agreement) -> None:
    """Let callbacks be signed with either contract's credentials."""
    if agreement.callback_digest is None:
        return
    ref = things.CALLBACK_TOKEN(agreement.callback_digest)
    try:
        token = work.find(ref)
    except LookupError:
        raise Conflict from None
    if token is not None:
        work.change(
            ref,
            replace(
                token,
                credentials=changed.credentials,
                previous_credentials=changed.previous_credentials,
                contract_number=None,
            ),
        )


def tell_change(work: Work, agreement: Agreement, state: str, cases: dict[str, int]) -> None:
    """Tell that cases begin to move to a contract's new number, or that none is left to move."""
    change = agreement.contract_change
    facts: dict[str, Any] = {
        "creditor_id": agreement.creditor_id,
        "agency": agreement.agency,
        "agreement_number": agreement.number,
        "job_id": change.job_id if change else None,
        "state": state,
        "cases": [{"state": name, "count": count} for name, count in sorted(cases.items())],
    }
    parent = ("creditor", agreement.creditor_id)
    tell(work, EventType.AGREEMENT_CONTRACT_CHANGED, agreement.creditor_id, parent, facts)
