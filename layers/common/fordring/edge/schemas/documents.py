"""What is told of a document that was registered: an invoice, or a credit note."""

from pydantic import RootModel

from fordring.edge.schemas.credit_notes import ToldCreditNote
from fordring.edge.schemas.told_invoices import ToldInvoice


class ToldDocument(RootModel[ToldInvoice | ToldCreditNote]):
    """An invoice, or the credit note that the XML was."""
