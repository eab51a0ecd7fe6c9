"""Debtors, invoices, credit notes, payments at the creditor, files."""

from fordring.edge.functions.register_invoice import handler

__all__ = ["handler"]
