"""The invoices that may go into one case: those that are named, and the rest of what their debtor owes."""

from collections.abc import Iterable
from dataclasses import field
from typing import Any

from fordring.domain import things
from fordring.domain.invoice import Invoice
from fordring.domain.refs import Listing, Ref
from fordring.domain.values import dataclass
from fordring.usecases.store_port import Conflict
from fordring.usecases.work import Desk, Work


@dataclass(slots=True)
class Entries:
    """The invoices that may go into a case, found anew at every attempt.

    Parameters
    ----------
    named
        The invoices that the caller names.
    whole_debtor
        Whether the rest of the debtor's entries go along. Whose they are is known when the first named
        invoice has been read; until then nothing more is looked for.
    """

    desk: Desk
    creditor_id: str
    named: tuple[str, ...]
    whole_debtor: bool = False
    _debtor_id: str | None = field(default=None, init=False)
    _found: tuple[str, ...] = field(default=(), init=False)

    def refs(self) -> Iterable[Ref[Any]]:
        """Name what is looked at besides what a submission of one invoice looks at."""
        if self._debtor_id is None:
            return (things.INVOICE(invoice_id) for invoice_id in self.named)
        if self.whole_debtor:
            listing = Listing(
                things.DEBTOR_INVOICE, "invoices_of_debtor", (self.creditor_id, self._debtor_id)
            )
            self._found = tuple(row.invoice_id for _, row in self.desk.every(listing))
        wanted = dict.fromkeys((*self.named, *self._found))
        return (
            things.DEBTOR(self.creditor_id, self._debtor_id),
            *(things.INVOICE(invoice_id) for invoice_id in wanted),
        )

    def of_debtor(self, debtor_id: str) -> None:
        """Say whose entries are wanted.

        Raises
        ------
        Conflict
            When they have not been read yet: the next attempt reads them.
        """
        if self._debtor_id != debtor_id:
            self._debtor_id = debtor_id
            raise Conflict

    def others(self, work: Work) -> list[Invoice]:
        """Give the debtor's other entries on which something is owed and that no agency has."""
        found = (work.find(things.INVOICE(each)) for each in self._found if each not in self.named)
        owed = (each for each in found if each is not None and each.balance.owed_to_creditor > 0)
        return sorted((each for each in owed if not each.release.live), key=_oldest_first)


def _oldest_first(invoice: Invoice) -> tuple[object, ...]:
    return invoice.terms.due_date, invoice.invoice_date, invoice.invoice_id
