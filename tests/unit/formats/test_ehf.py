"""E-invoices: what the hub takes from an EHF or Peppol document."""

import base64
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from fordring.domain.money import Money
from fordring.domain.references import KidFormat, Reference
from fordring.formats.ehf import parse_einvoice
from fordring.formats.einvoice import BillingReference, Contact, Identifier, PayeeAccount
from tests.unit.formats.ehf_documents import CREDIT_NOTE, INVOICE, invoice, warnings

REAL = Path(__file__).parents[4] / "shared" / "data" / "einvoice"


class TestWhatIsRead:
    def test_the_claim(self):
        read = invoice()
        assert read.kind == "invoice"
        assert read.type_code == "380"
        assert read.document_number == "F-1001"
        assert (read.issue_date, read.due_date) == (date(2026, 1, 5), date(2026, 1, 19))
        assert read.payable == Money(100000, "NOK")
        assert read.tax_inclusive == Money(125000, "NOK")
        assert read.prepaid == Money(25050, "NOK")
        assert read.reference == Reference("kid", "0010017")
        assert read.payment_reference == "0010017"
        assert read.payee_account == PayeeAccount("iban", "NO9386011117947", "DNBANOKK")
        assert read.warnings == ()

    def test_the_parties(self):
        read = invoice()
        assert read.supplier.name == "Fjordkaffe AS"
        assert read.supplier.trading_name == "Fjordkaffe"
        assert read.supplier.organisation_number == Identifier("988077917", "0192")
        assert read.supplier.vat_number == "NO988077917MVA"
        assert read.supplier.address.country == "NO"
        assert read.supplier.contact is None
        assert read.customer.name == "Kunde Å ÆØ AS"
        assert read.customer.organisation_number is None
        assert read.customer.endpoint == Identifier("123456785", "0192")
        assert read.customer.address.lines == ("Storgata 2", "3. etasje", "Bakgården")
        assert (read.customer.address.postal_code, read.customer.address.city) == ("0155", "Oslo")
        assert read.customer.contact == Contact("Kari Kunde", "kari@kunde.example", "22000000")

    def test_what_else_helps(self):
        read = invoice()
        assert read.buyer_reference == "Avd. 7"
        assert read.order_reference == "PO-9"
        assert read.tax_point_date == date(2026, 1, 3)
        assert read.delivery_date == date(2026, 1, 2)
        assert read.payment_terms == "14 dager, deretter forsinkelsesrente"
        assert read.note == "Takk for handelen"
        assert read.billing_references == ()

    def test_a_credit_note_names_what_it_corrects_and_has_no_due_date(self):
        read = parse_einvoice(CREDIT_NOTE.encode())
        assert (read.kind, read.type_code, read.document_number) == ("credit_note", "381", "K-17")
        assert read.due_date is None
        assert read.payable == Money(100000, "NOK")
        assert read.billing_references == (
            BillingReference("F-1001", date(2026, 1, 5)),
            BillingReference("F-1002", None),
        )

    def test_attachments_are_not_kept(self):
        secret = base64.b64encode(b"not for the hub" * 100).decode()
        attached = invoice(
            (
                "<cac:AccountingSupplierParty>",
                f"""<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>
                <cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="a.pdf">{secret}
                </cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>
                <cac:AccountingSupplierParty>""",
            )
        )
        assert attached == invoice()
        assert secret[:20] not in str(asdict(attached))

    def test_prefixes_do_not_matter(self):
        other = INVOICE.replace("cbc:", "b:").replace("xmlns:cbc", "xmlns:b").replace("cac:", "a:")
        assert parse_einvoice(other.replace("xmlns:cac", "xmlns:a").encode()) == invoice()

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
    def test_encodings(self, encoding):
        declared = INVOICE.replace('encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig")}"')
        assert parse_einvoice(declared.encode(encoding)) == invoice()

    @pytest.mark.parametrize("amount", ["1000", "1000.0", "01000.00", "+1000.00", "1000."])
    def test_amounts_as_xml_schema_allows_them(self, amount):
        assert invoice((">1000.00<", f">{amount}<")).payable == Money(100000, "NOK")

    def test_a_comment_inside_a_value_is_no_part_of_it(self):
        assert invoice((">1000.00<", ">1000<!-- 1 -->.00<")).payable == Money(100000, "NOK")

    def test_an_invoice_of_nothing_is_read(self):
        assert invoice((">1000.00<", ">0<")).payable == Money(0, "NOK")


class TestPaymentReferences:
    def test_what_is_no_reference_is_kept_as_free_text_with_a_warning(self):
        read = invoice(("0010017", "Faktura 1001"))
        assert read.reference == Reference("free_text", "Faktura 1001")
        assert read.payment_reference == "Faktura 1001"
        assert warnings(read) == [("/Invoice/PaymentMeans/PaymentID", "payment_reference_is_free_text")]

    def test_the_creditors_formats_decide_what_a_kid_is(self):
        with_format = parse_einvoice(INVOICE.encode(), kid_formats=[KidFormat(7, "mod10")])
        assert with_format.reference == Reference("kid", "0010017")
        shorter = parse_einvoice(INVOICE.encode(), kid_formats=[KidFormat(6, "mod10")])
        assert shorter.reference == Reference("free_text", "0010017")

    def test_the_suppliers_country_decides_what_digits_are(self):
        finnish = (("<cbc:IdentificationCode>NO", "<cbc:IdentificationCode>FI"), ("0010017", "1234561"))
        assert invoice(*finnish).reference == Reference("viitenumero", "1234561")

    def test_rf_says_itself_what_it_is(self):
        read = invoice(("0010017", "RF34 1234 561"))
        assert read.reference == Reference("rf", "RF341234561")
        assert read.payment_reference == "RF34 1234 561"

    def test_an_invoice_without_a_reference_is_taken_with_a_warning(self):
        read = invoice(("<cbc:PaymentID>0010017</cbc:PaymentID>", ""))
        assert read.reference is None
        assert warnings(read) == [("/Invoice/PaymentMeans/PaymentID", "no_payment_reference")]

    def test_several_ways_to_pay(self):
        way = "<cac:PaymentMeans><cbc:PaymentID>{}</cbc:PaymentID></cac:PaymentMeans><cac:PaymentTerms>"
        same = invoice(("<cac:PaymentTerms>", way.format("0010017")))
        assert same.warnings == ()
        other = invoice(("<cac:PaymentTerms>", way.format("12344")))
        assert other.reference == Reference("kid", "0010017")
        assert warnings(other) == [("/Invoice/PaymentMeans[2]/PaymentID", "several_payment_references")]

    @pytest.mark.parametrize(
        ("written", "account"),
        [
            ("86011117947", PayeeAccount("bban", "86011117947", "DNBANOKK")),
            ("8601.11.17947", PayeeAccount("bban", "86011117947", "DNBANOKK")),
            ("no9386011117947", PayeeAccount("iban", "NO9386011117947", "DNBANOKK")),
            ("86011117948", PayeeAccount("other", "86011117948", "DNBANOKK")),
            ("NO9486011117947", PayeeAccount("other", "NO9486011117947", "DNBANOKK")),
        ],
    )
    def test_accounts(self, written, account):
        read = invoice(("NO93 8601 1117 947", written))
        assert read.payee_account == account
        assert ("account_not_recognised" in [w.code for w in read.warnings]) == (account.kind == "other")


def test_a_receivable_that_was_sold_before_is_told():
    payee = """<cac:PayeeParty><cac:PartyName><cbc:Name>Kjøper Finans AS</cbc:Name></cac:PartyName>
      <cac:PartyLegalEntity><cbc:CompanyID>999999999</cbc:CompanyID></cac:PartyLegalEntity></cac:PayeeParty>"""
    read = invoice(("<cac:Delivery>", f"{payee}<cac:Delivery>"))
    assert read.payee is not None
    assert read.payee.name == "Kjøper Finans AS"
    assert warnings(read) == [("/Invoice/PayeeParty", "payee_is_not_supplier")]


def test_totals_that_disagree_and_a_due_date_before_the_issue_date_are_told():
    read = invoice((">250.5<", ">250<"), ("2026-01-19", "2026-01-04"))
    assert read.payable == Money(100000, "NOK")
    assert warnings(read) == [
        ("/Invoice/DueDate", "due_before_issue"),
        ("/Invoice/LegalMonetaryTotal/PayableAmount", "totals_disagree"),
    ]


@pytest.mark.skipif(not REAL.is_dir(), reason="the real documents are not beside the project")
class TestRealDocuments:
    @pytest.mark.parametrize(
        ("name", "kind", "number", "payable", "currency", "reference"),
        [
            ("Allowance-example.xml", "invoice", "Snippet1", "6125.00", "EUR", "Snippet1"),
            ("Norwegian-example-1.xml", "invoice", "TOSL108", "802.00", "NOK", "0003434323213231"),
            ("Vat-category-S.xml", "invoice", "Snippet1", "8550.00", "EUR", "Snippet1"),
            ("base-creditnote-correction.xml", "credit_note", "Snippet1", "1656.25", "EUR", "Snippet1"),
            ("base-example.xml", "invoice", "Snippet1", "1656.25", "EUR", "Snippet1"),
            ("ehf-3-faktura-1.xml", "invoice", "TOSL108", "802.00", "NOK", "0003434323213231"),
        ],
    )
    def test_read(self, name, kind, number, payable, currency, reference):
        read = parse_einvoice((REAL / name).read_bytes())
        assert (read.kind, read.document_number) == (kind, number)
        assert (read.payable.text, read.payable.currency) == (payable, currency)
        assert read.reference == Reference("free_text", reference)
        assert "payment_reference_is_free_text" in [warning.code for warning in read.warnings]
        assert (read.due_date is None) == (kind == "credit_note")

    def test_every_file_is_read(self):
        for path in sorted(REAL.glob("*.xml")):
            assert parse_einvoice(path.read_bytes()).document_number
