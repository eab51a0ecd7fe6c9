"""Cases: what is asked."""

from typing import Annotated, Literal

from pydantic import Field

from fordring.domain.agency import Level
from fordring.domain.errors import Fault, InvalidInput
from fordring.edge.schemas.common import AgencyName, Given, GivenMoney, Words

InvoiceId = Annotated[str, Field(pattern=r"^inv_[0-9A-Z]{26}$")]


class NewCase(Given):
    """Hand an invoice, or several of one debtor, over to an agency."""

    agency: AgencyName
    invoice_id: Annotated[InvoiceId | None, Field(description="The invoice; or give `invoice_ids`.")] = None
    invoice_ids: Annotated[
        list[InvoiceId] | None,
        Field(
            min_length=1,
            max_length=100,
            description="Entries of one debtor, for one case of exactly these, whatever is grouped.",
        ),
    ] = None
    level: Annotated[
        Literal["reminder", "collection", "administration"] | None,
        Field(description="Defaults to the agreement's: `administration` if that is its service."),
    ] = None

    @property
    def named(self) -> tuple[str, ...]:
        """The invoices that are named.

        Raises
        ------
        InvalidInput
            When none is, or both ways are used.
        """
        if self.invoice_ids is None and self.invoice_id is None:
            raise InvalidInput(faults=[Fault("/invoice_id", "missing", "this field is required")])
        if self.invoice_ids is not None and self.invoice_id is not None:
            raise InvalidInput(
                faults=[Fault("/invoice_ids", "not_both", "give invoice_id or invoice_ids, not both")]
            )
        return tuple(self.invoice_ids or [self.invoice_id or ""])

    @property
    def chosen_level(self) -> Level | None:
        """The level in the hub's own form."""
        return Level(self.level) if self.level else None


class NewMessage(Given):
    """A message to the case handler."""

    text: Words


class MoreInvoice(Given):
    """One more invoice for an open case."""

    invoice_id: InvoiceId


class Withdrawal(Given):
    """Take a case back, or one invoice of it."""

    invoice_id: Annotated[
        InvoiceId | None,
        Field(description="Only this invoice; the case goes on with the others, and ends with the last one."),
    ] = None
    confirm_cost: Annotated[
        GivenMoney | None,
        Field(description="The case's `withdrawal_cost`, where there is one: it is charged by the agency."),
    ] = None
