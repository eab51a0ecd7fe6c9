"""Erasing a debtor: everything that says who it is goes, what was booked stays.

First it is checked whether the debtor may go. Then the letters of its invoices lose their words, and the
messages and questions of its cases their texts, some at a time: whatever is interrupted is completed by
asking again. The debtor itself goes last, with the answer.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import batched, chain
from typing import Any, Final

from fordring.domain import things
from fordring.domain.calendar import local_date
from fordring.domain.case import Case
from fordring.domain.creditor import Debtor
from fordring.domain.errors import Refused
from fordring.domain.invoice import Invoice
from fordring.domain.questions import AgencyQuestion
from fordring.domain.refs import Listing, Ref
from fordring.domain.retention import RetentionRule, earliest_erasure, rule_on
from fordring.domain.values import dataclass
from fordring.usecases.kept_letters import forget_words
from fordring.usecases.ports import Files
from fordring.usecases.work import Desk, Work, transact

ERASED: Final = "Erased"
"""What stands where a name must stand."""

AT_ONCE: Final = 50
"""How many messages or questions lose their texts in one transaction."""


@dataclass(slots=True)
class Erasure:
    """The erasure of one debtor, by the rules of law that hold."""

    desk: Desk
    files: Files
    creditor_id: str
    debtor_id: str
    rules: Iterable[RetentionRule]
    _invoices: tuple[Ref[Invoice], ...] = ()
    _cases: tuple[Ref[Case], ...] = ()

    def refs(self) -> tuple[Ref[Any], ...]:
        """Find out what there is of the debtor, and name it."""
        owed = Listing(things.DEBTOR_INVOICE, "invoices_of_debtor", (self.creditor_id, self.debtor_id))
        self._invoices = tuple(things.INVOICE(row.invoice_id) for _, row in self.desk.every(owed))
        work = self.desk.read(*self._invoices)
        cases = (case_id for ref in self._invoices for case_id in work.get(ref).case_ids)
        self._cases = tuple(things.CASE(case_id) for case_id in dict.fromkeys(cases))
        return (things.DEBTOR(self.creditor_id, self.debtor_id), *self._invoices, *self._cases)

    def check(self, work: Work) -> Debtor:
        """Give the debtor, if it may be erased now.

        Raises
        ------
        NotFound
            When there is no such debtor.
        Refused
            ``debtor_has_open_invoices``, ``retention_not_passed`` or ``retention_rule_missing``.
        """
        debtor = work.get(things.DEBTOR(self.creditor_id, self.debtor_id))
        invoices = [work.get(ref) for ref in self._invoices]
        still = sum(map(_is_open, invoices))
        if still:
            raise Refused(
                "debtor_has_open_invoices",
                "an invoice is at an agency, not settled, or disputed",
                facts={"open_invoices": still},
            )
        waits = [found for each in invoices if (found := self._wait(work, each)) is not None]
        if waits:
            raise Refused(
                "retention_not_passed",
                "the law wants what was booked on this debtor's invoices to be kept longer",
                facts={"earliest_date": max(waits).isoformat()},
            )
        return debtor

    def _wait(self, work: Work, invoice: Invoice) -> date | None:
        """Give the day until which an invoice keeps its debtor; ``None`` when that has passed."""
        today = local_date(work.now, invoice.country)
        cases = [work.find(things.CASE(case_id)) for case_id in invoice.case_ids]
        last = max(
            invoice.invoice_date,
            local_date(invoice.updated_at, invoice.country),
            *(local_date(case.updated_at, invoice.country) for case in cases if case is not None),
        )
        earliest = earliest_erasure(rule_on(self.rules, invoice.country, today), last)
        return earliest if today < earliest else None

    def clear_texts(self) -> None:
        """Take the words out of the letters, messages and questions about the debtor, if it may be erased.

        What refuses it is left to ``erase``, so that it is answered, and kept, as the command's own.
        """
        try:
            self.check(self.desk.read(*self.refs()))
        except Refused:
            return
        for invoice in self._invoices:
            for _, letter in self.desk.every(Listing(things.LETTER, "letters_of", invoice.ids)):
                if letter.attempts:
                    forget_words(self.files, letter)
        for case in self._cases:
            wordy = chain(
                self._wordy(Listing(things.MESSAGE, "messages_of", case.ids)),
                self._wordy(Listing(things.QUESTION, "questions_of_case", case.ids)),
            )
            for refs in batched(wordy, AT_ONCE, strict=False):
                transact(self.desk, refs, lambda work, refs=refs: _clear(work, refs))  # type: ignore[misc]

    def _wordy(self, said: Listing[Any]) -> Iterable[Ref[Any]]:
        return (ref for ref, each in self.desk.every(said) if each.text)

    def erase(self, work: Work) -> Debtor:
        """Take everything out of the debtor that says who it is; erased again, it stays as it is.

        Raises
        ------
        NotFound, Refused
            As ``check``.
        """
        debtor = self.check(work)
        if debtor.erased_at is not None:
            return debtor
        erased = replace(
            debtor,
            name=ERASED,
            organisation_number=None,
            address=None,
            email=None,
            email_accepted_date=None,
            email_bounced_at=None,
            phone=None,
            language=None,
            contacts=(),
            metadata={},
            deceased_at=None,
            erased_at=work.now,
            updated_at=work.now,
            revision=debtor.revision + 1,
        )
        work.change(things.DEBTOR(self.creditor_id, self.debtor_id), erased)
        return erased


def _is_open(invoice: Invoice) -> bool:
    return invoice.release.live or invoice.balance.remaining > 0 or invoice.disputed


def _clear(work: Work, refs: Iterable[Ref[Any]]) -> None:
    for ref in refs:
        said = work.get(ref)
        wordless = replace(said, text="")
        if isinstance(wordless, AgencyQuestion) and wordless.answer is not None:
            wordless = replace(wordless, answer="")
        work.change(ref, wordless)
