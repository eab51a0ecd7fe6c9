"""The letters themselves, as PDF files: the same bytes for the same letter, whenever they are asked for."""

import json
from sqlite3 import Row

from sandbox.amounts import amount_of
from sandbox.desk import Desk


def document(desk: Desk, case: Row, dispatch_id: str) -> bytes | None:
    """The file of a dispatch of a case; ``None`` when there is no such dispatch."""
    letter = desk.db.execute(
        "select * from letters where case_id = ? and dispatch_id = ?", (case["id"], dispatch_id)
    ).fetchone()
    return None if letter is None else _pdf(_lines(case, letter))


def _lines(case: Row, letter: Row) -> list[str]:
    debtor = json.loads(case["debtor"])
    fee = "none" if letter["fee"] is None else f"{amount_of(letter['fee'])} {case['currency']}"
    return [
        f"{letter['kind'].replace('_', ' ').capitalize()}, {letter['dispatch_id']}",
        f"To {debtor.get('name', '')}",
        f"Case {case['number']}, sent {letter['sent']}, to be paid by {letter['deadline']}",
        f"Principal {amount_of(case['principal_original'])} {case['currency']}, fee {fee}",
    ]


def _pdf(lines: list[str]) -> bytes:
    """One page of text, in the smallest PDF that every reader shows."""
    shown = " ".join(f"({_escaped(line)}) Tj T*" for line in lines)
    content = f"BT /F1 12 Tf 72 770 Td 18 TL {shown} ET".encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    )


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
