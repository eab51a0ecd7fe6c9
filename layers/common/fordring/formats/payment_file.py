"""A file of incoming payments in any of the formats that are read: the content says which."""

from typing import Final

from fordring.formats.bank_file import PaymentFile

_XML: Final = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\x00<")


def parse_payment_file(content: bytes) -> PaymentFile:
    """Read a file of payments: camt.054 when it is XML, OCR giro otherwise.

    Raises
    ------
    InvalidInput
        With the faults that the format's parser names.
    """
    if content.lstrip(b" \t\r\n").startswith(_XML):
        from fordring.formats.camt_054 import parse_camt_054

        return parse_camt_054(content)
    from fordring.formats.ocr_giro import parse_ocr_giro

    return parse_ocr_giro(content)
