"""What a creditor agrees to when it orders access to an agency: in plain words, and versioned.

A text that was published never changes: whoever consented has consented to that one. A new text is a new
version, and the one at the end is the current one.
"""

from typing import Final

from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of the terms with one agency."""

    version: str
    text: str


_TEXTS: Final = (
    (
        "2026-01",
        """\
Ordering access to {agency}

1. What is ordered. {agency} follows up the invoices that you hand over: it reminds, it collects, and it pays
   out what it has received. The agreement is between you and {agency}; Fordring passes on what the two of you
   tell each other.
2. What is passed on. For each invoice that you hand over, {agency} gets the invoice's number, dates, amounts
   and payment reference, and the debtor's name, address and contact details. Fordring passes back the case
   number, the status, letters, messages and payments.
3. What you keep doing. You hand over claims that are due and not disputed. A payment that reaches you after
   the hand-over, a credit note and a withdrawal are reported to {agency} without delay; Fordring does that
   for what you register here.
4. What it costs. The integration itself costs you nothing. Fees for reminders and collection fall on the
   debtor as far as the law of your country allows. Commission, and what a withdrawal costs, stand in your
   agreement with {agency}.
5. Personal data. You are the controller of the debtors' data; Fordring processes it on your behalf, and
   {agency} is a controller of its own for its collection work.
6. How it ends. You or {agency} can end the agreement. Nothing new is handed over from then on; open cases are
   brought to their end.
""",
    ),
)


def current_terms(agency_title: str) -> Terms:
    """Give the terms that hold now, for an agency by its title."""
    version, text = _TEXTS[-1]
    return Terms(version, text.format(agency=agency_title))
