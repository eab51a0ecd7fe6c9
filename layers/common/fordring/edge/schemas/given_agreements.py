"""Agreements with agencies: what is asked."""

from typing import Annotated, Literal

from pydantic import Field

from fordring.domain.accounts import Accounts
from fordring.domain.agency import Credentials, Level, Service
from fordring.domain.agreement_settings import Grouping, Settings
from fordring.domain.references import LONGEST_KID, SHORTEST_KID
from fordring.edge.schemas.addresses import Email
from fordring.edge.schemas.common import PERCENT, BusinessDate, Given, PositiveMoney, Text, hundredths
from fordring.edge.schemas.service_windows import ServiceWindows
from fordring.usecases.contract_changing import Confirmation
from fordring.usecases.letters import Contact

BankAccount = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9 .-]{4,40}$")]
Account = Annotated[str | None, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,19}$", examples=["1510"])]
Secret = Annotated[str, Field(min_length=1, max_length=500)]


class GivenAccounts(Given):
    """Where bookkeeping is proposed to go, by the numbers of the creditor's own accounts."""

    receivable: Account = None
    bank: Account = None
    agency_claims: Annotated[
        Account,
        Field(
            description="The balance account on which payments at the agency stand until it settles; `1510`, "
            "for example. It differs from `receivable` and `bank`."
        ),
    ] = None
    collection_cost: Account = None
    interest_income: Account = None
    fee_income: Account = None
    vat: Account = None
    loss: Account = None
    unmatched: Account = None
    surplus: Account = None


class GivenSettings(Given):
    """The settings of an agreement; what is left out gets its default."""

    level: Annotated[
        Level,
        Field(
            strict=False,
            description="`reminder`: the agency follows up from the first reminder. `collection`: the "
            "creditor reminds, the agency collects.",
        ),
    ] = Level.REMINDER
    kid_length: Annotated[
        int | None,
        Field(
            ge=SHORTEST_KID,
            le=LONGEST_KID,
            description="References are sent zero-filled to this length; `null` sends them as they are.",
        ),
    ] = None
    transfer_from: Annotated[
        int, Field(ge=1, le=365, description="Days after the due date from which a transfer is allowed.")
    ] = 1
    contact_travels: Annotated[
        bool, Field(description="Whether the debtor's contact person is told to the agency.")
    ] = False
    agency_bank_accounts: Annotated[
        list[BankAccount],
        Field(
            default_factory=list,
            max_length=20,
            description="From where the agency pays out: such bank lines are never a debtor's payment. Those "
            "that it told when it activated the contract stay, named here or not.",
        ),
    ]
    automatic_sync: Annotated[
        bool | None,
        Field(
            description="Whether payments are registered automatically: the hub asks the agency for news "
            "once an hour. On by default, once the credentials are written; it cannot be turned on before."
        ),
    ] = None
    service_windows: ServiceWindows
    service: Annotated[
        Service,
        Field(
            strict=False,
            description="`administration`: every invoice goes to the agency when it is registered. "
            "`purchase`: and the agency buys those whose recipients it has approved.",
        ),
    ] = Service.REMINDERS_AND_COLLECTION
    transfer_status: Annotated[
        Literal["overdue", "reminded", "notice_sent"],
        Field(
            description="From which dunning status invoices may be transferred: overdue, after a reminder, "
            "or after a notice of collection."
        ),
    ] = "overdue"
    accounts: Annotated[
        GivenAccounts,
        Field(default_factory=GivenAccounts, description="The creditor's accounts, for vouchers."),
    ]
    agency_email: Annotated[
        Email | None,
        Field(
            description="Where the agency is written to: orders, and new addresses of the creditor. "
            "Without it, they are to be sent by hand."
        ),
    ] = None
    grouping: Annotated[
        Grouping,
        Field(
            strict=False,
            description="`invoice`: one case for each entry. `debtor`: when one entry is handed over, all of "
            "the debtor's eligible entries go with it into one case. Advised off at level `reminder`.",
        ),
    ] = Grouping.INVOICE
    commission_percent: Annotated[
        str | None,
        Field(
            pattern=PERCENT,
            description="What the agency keeps of what it collects, as agreed with it; shown on each case.",
        ),
    ] = None
    withdrawal_cost: Annotated[
        PositiveMoney | None,
        Field(
            description="What the agency charges for a case that the creditor takes back, as agreed with it: "
            "taking one back is then to be confirmed with this amount."
        ),
    ] = None

    @property
    def settings(self) -> Settings:
        """The settings in the hub's own form."""
        return Settings(
            level=self.level,
            kid_length=self.kid_length,
            transfer_from=self.transfer_from,
            contact_travels=self.contact_travels,
            agency_bank_accounts=tuple(dict.fromkeys(self.agency_bank_accounts)),
            automatic_sync=self.automatic_sync is not False,
            service_windows=tuple(each.window for each in self.service_windows),
            service=self.service,
            transfer_status=self.transfer_status,
            accounts=Accounts(**self.accounts.model_dump()),
            agency_email=self.agency_email,
            grouping=self.grouping,
            commission=hundredths(self.commission_percent),
            withdrawal_cost=self.withdrawal_cost.money if self.withdrawal_cost else None,
        )


class GivenOrderContact(Given):
    """Whom the agency may ask about the order."""

    name: Text
    email: Email
    phone: Annotated[str | None, Field(pattern=r"^\+?[0-9 ()-]{3,30}$")] = None


class GivenConsent(Given):
    """Who confirms having read which version of the terms."""

    given_by: Text
    terms_version: Annotated[
        str, Field(min_length=1, max_length=40, description="Of `GET /v1/agencies/{agency}/terms`.")
    ]


class NewOrder(Given):
    """Order access to an agency. The company information is the creditor's own."""

    contact: GivenOrderContact
    consent: GivenConsent

    @property
    def person(self) -> Contact:
        """The contact person in the hub's own form."""
        return Contact(self.contact.name, self.contact.email, self.contact.phone)


class GivenCredentials(Given):
    """What the agency has handed out. Written, and never read back."""

    customer_number: Annotated[
        Secret | None,
        Field(description="May be left out with an agency that tells it when it activates the contract."),
    ] = None
    user_name: Secret
    password: Annotated[Secret, Field(json_schema_extra={"writeOnly": True})]

    @property
    def credentials(self) -> Credentials:
        """The credentials in the hub's own form."""
        return Credentials(self.customer_number or "", self.user_name, self.password)


class GivenConfirmation(Given):
    """Who at the agency agreed that what was sent is cancelled, and when."""

    confirmed_by: Text
    confirmed_date: BusinessDate


class ContractChangeOrder(Given):
    """Give the contract its new number; what was sent moves to it."""

    customer_number: Secret
    user_name: Secret
    password: Annotated[Secret, Field(json_schema_extra={"writeOnly": True})]
    confirmation: Annotated[
        GivenConfirmation | None, Field(description="Without it nothing is cancelled: 409.")
    ] = None

    @property
    def credentials(self) -> Credentials:
        """The new credentials in the hub's own form."""
        return Credentials(self.customer_number, self.user_name, self.password)

    @property
    def confirmed(self) -> Confirmation | None:
        """The confirmation in the hub's own form."""
        given = self.confirmation
        return Confirmation(given.confirmed_by, given.confirmed_date) if given else None
