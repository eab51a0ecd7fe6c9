"""Invented e-invoices for tests, and ways to spoil them."""

import pytest

from fordring.domain.errors import InvalidInput
from fordring.formats.ehf import parse_einvoice

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
