"""The agreement between a creditor and an agency."""

import hashlib
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from fordring.domain.agency import Level
from fordring.domain.agreement_settings import Grouping, Settings
from fordring.domain.contract import ContractChange
from fordring.domain.errors import Refused
from fordring.domain.values import dataclass


class AgreementState(StrEnum):
    """How far an agreement has come."""

    NONE = "none"
    ORDERED = "ordered"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Consent:
    """Who confirmed having read which terms, and when (ZIR-13)."""

    given_by: str
    given_at: datetime
    terms_version: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order of access to the agency (ZIR-12, ZIR-14). ``text`` is what is sent to the agency."""

    order_id: str
    contact_name: str
    contact_email: str
    contact_phone: str | None
    consent: Consent
    text: str
    ordered_at: datetime


@dataclass(frozen=True, slots=True)
class SealedCredentials:
    """Credentials encrypted under the stack's key, as base64, and when they were written.

    ``digest`` is a salted, slow one of what they are: whoever may write credentials cannot read them, and
    still has to see that the same ones were written again. ``numbered`` says whether the customer number is
    among them; an agency that activates by calling tells it then.
    """

    sealed: str
    written_at: datetime
    digest: str | None = None
    numbered: bool = True


@dataclass(frozen=True, slots=True)
class FormerContract:
    """The contract before its number changed: its cases go on under it until they have been cancelled."""

    number: int
    credentials: SealedCredentials | None
    contract_number: str | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A creditor's agreement with one agency; at most one is active per agency.

    ``contract_number`` is what the agency has called the contract when it activated it (NET-1); ``None`` for
    agencies that hand it out with the credentials. ``told_bank_accounts`` are the accounts that it told then:
    they stay in the settings, whatever the creditor chooses. ``former`` is the contract before the latest
    ``contract_change``.
    """

    creditor_id: str
    agency: str
    number: int
    state: AgreementState
    settings: Settings
    created_at: datetime
    updated_at: datetime
    order: Order | None = None
    callback_digest: str | None = None
    credentials: SealedCredentials | None = None
    previous_credentials: SealedCredentials | None = None
    ended_at: datetime | None = None
    revision: int = 1
    contract_number: str | None = None
    former: FormerContract | None = None
    contract_change: ContractChange | None = None
    told_bank_accounts: tuple[str, ...] = ()

    @property
    def changing(self) -> bool:
        """Whether cases are on their way from the former contract."""
        return self.contract_change is not None and self.contract_change.finished_at is None

    def under(self, number: int) -> "Agreement | None":
        """Give the agreement as it is, or was, under a number: a case is spoken of by its own contract."""
        if number == self.number:
            return self
        former = self.former
        if former is None or former.number != number:
            return None
        return replace(
            self, number=number, credentials=former.credentials, contract_number=former.contract_number
        )

    def with_new_contract(
        self, sealed: SealedCredentials, change: ContractChange, now: datetime
    ) -> "Agreement":
        """Give the agreement after its contract got another number (NET-7); cases keep the number they have.

        Raises
        ------
        Refused
            When it is not active, or the cases of an earlier change are still on their way.
        """
        if self.state is not AgreementState.ACTIVE:
            raise Refused("agreement_not_active", "only an active agreement's contract changes")
        if self.changing:
            raise Refused("contract_change_running", "the cases of the change before are still on their way")
        return replace(
            self,
            number=self.number + 1,
            credentials=sealed,
            previous_credentials=self.credentials,
            contract_number=None,
            former=FormerContract(self.number, self.credentials, self.contract_number),
            contract_change=change,
            updated_at=now,
            revision=self.revision + 1,
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """What is missing before anything can be transferred, as codes (NET-5)."""
        found = []
        if self.state is AgreementState.NONE:
            found.append("agreement_not_ordered")
        if self.state is AgreementState.ENDED:
            found.append("agreement_ended")
        if self.credentials is None and self.state is not AgreementState.ENDED:
            found.append("credentials_missing")
        elif self.state is AgreementState.ORDERED and not self._complete(self.credentials):
            found.append("activation_missing")
        return tuple(found)

    def _complete(self, credentials: SealedCredentials | None) -> bool:
        return credentials is not None and (credentials.numbered or self.contract_number is not None)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was accepted and deserves a second look, as codes."""
        found = []
        if self.settings.automatic_sync and self.credentials is None:
            # The switch is on, and what the agency hands out for it is not there (SAN-11).
            found.append("automatic_sync_waits_for_credentials")
        if self.settings.grouping is Grouping.DEBTOR and self.settings.level is Level.REMINDER:
            # A reminder is about one invoice; the next one would have to wait for the case (ZIR-24).
            found.append("grouping_unusual_at_level_reminder")
        return tuple(found)

    @property
    def advice(self) -> str | None:
        """What to consider about the grouping, for a person to read (ZIR-23)."""
        if self.settings.grouping is Grouping.INVOICE:
            return None
        return (
            "Grouping suits creditors whose debtors have much history: when one entry is handed over, all of "
            "the debtor's eligible entries go with it into one case."
        )

    def ordered(self, order: Order, callback_digest: str, now: datetime) -> "Agreement":
        """Give the agreement after an order; an ended one starts again under the next number.

        Raises
        ------
        Refused
            When it is already active.
        """
        if self.state is AgreementState.ACTIVE:
            raise Refused("agreement_already_active", "the agreement is active; end it before ordering again")
        number = self.number + 1 if self.state is AgreementState.ENDED else self.number
        return replace(
            self,
            number=number,
            state=AgreementState.ORDERED,
            order=order,
            callback_digest=callback_digest,
            credentials=None if self.state is AgreementState.ENDED else self.credentials,
            previous_credentials=None,
            ended_at=None,
            contract_number=None,
            former=None,
            contract_change=None,
            updated_at=now,
            revision=self.revision + 1,
        )

    def with_credentials(self, sealed: SealedCredentials, now: datetime) -> "Agreement":
        """Give the agreement after credentials were written: ordered becomes active (ZIR-15).

        Without the contract's number it waits for the agency's activation (NET-1).

        Raises
        ------
        Refused
            When it was never ordered, or has ended.
        """
        if self.state in (AgreementState.NONE, AgreementState.ENDED):
            raise Refused("agreement_not_ordered", "order the agreement before its credentials are written")
        complete = self.state is AgreementState.ACTIVE or self._complete(sealed)
        return replace(
            self,
            state=AgreementState.ACTIVE if complete else AgreementState.ORDERED,
            credentials=sealed,
            previous_credentials=self.credentials,
            updated_at=now,
            revision=self.revision + 1,
        )

    def activated(self, contract_number: str, bank_accounts: tuple[str, ...], now: datetime) -> "Agreement":
        """Give the agreement after the agency has activated it; the same again changes nothing (NET-1).

        The accounts that the agency pays out from join those in the settings: a payout is never taken for a
        debtor's payment.
        """
        told = tuple(dict.fromkeys((*self.told_bank_accounts, *bank_accounts)))
        state = AgreementState.ACTIVE if self.credentials is not None else self.state
        known = (self.contract_number, self.told_bank_accounts, self.state)
        if known == (contract_number, told, state):
            return self
        return replace(
            self,
            state=state,
            contract_number=contract_number,
            told_bank_accounts=told,
            settings=self.settings.with_bank_accounts(told),
            updated_at=now,
            revision=self.revision + 1,
        )

    def ended(self, now: datetime) -> "Agreement":
        """Give the agreement after its end; open cases go on, nothing new is handed over.

        Raises
        ------
        Refused
            When it is neither ordered nor active.
        """
        if self.state not in (AgreementState.ORDERED, AgreementState.ACTIVE):
            raise Refused("agreement_not_active", "only an ordered or active agreement can be ended")
        return replace(
            self, state=AgreementState.ENDED, ended_at=now, updated_at=now, revision=self.revision + 1
        )


@dataclass(frozen=True, slots=True)
class CallbackToken:
    """What a callback's token names: an agreement, with what is needed to verify a signature.

    The sealed credentials are copies of the agreement's, so that one read is enough.
    """

    creditor_id: str
    agency: str
    agreement_number: int
    credentials: SealedCredentials | None
    previous_credentials: SealedCredentials | None
    contract_number: str | None = None


def digest_of(token: str) -> str:
    """Digest a callback token: all that is stored of it."""
    return hashlib.sha256(token.encode()).hexdigest()
