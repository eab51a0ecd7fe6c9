"""Electronic invoices and credit notes: taken in whole, or refused with the path of every fault."""

from pathlib import Path

import pytest

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.references import KidFormat
from fordring.usecases.lanes import lane_of
from tests.unit.formats.ehf_documents import CREDIT_NOTE, INVOICE, changed

AT = "/v1/creditors/acme/invoices"
XML = "application/xml"
REAL = Path(__file__).parents[3] / "shared" / "data" / "einvoice"
SUPPLIER = "988077917"
ONE_REFERENCE = CREDIT_NOTE.replace(
    """<cac:BillingReference><cac:InvoiceDocumentReference>
             <cbc:ID>F-1002</cbc:ID>
           </cac:InvoiceDocumentReference></cac:BillingReference>""",
    "",
)


@pytest.fixture(autouse=True)
def acme(world):
    world.creditor(organisation_number=SUPPLIER)


def send(api, document: str | bytes, query: str = "", **headers: str):
    body = document.encode() if isinstance(document, str) else document
    return api.post(AT + query, body, content_type=XML, **headers)


def nok(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "NOK"}


def test_an_invoice_is_taken_in_with_its_debtor(api, world):
    made = send(api, INVOICE)
    assert made.status == 201
    assert made.body["debtor_id"] == "0192-123456785"
    assert made.body["document_number"] == "F-1001"
    assert made.body["principal"] == nok("1000.00")
    assert (made.body["invoice_date"], made.body["due_date"]) == ("2026-01-05", "2026-01-19")
    assert made.body["payment_reference"] == {"type": "kid", "value": "0010017"}
    assert made.body["delivery_date"] == "2026-01-02"
    assert made.body["payment_terms"] == "14 dager, deretter forsinkelsesrente"
    assert (made.body["source"], made.body["warnings"]) == ("einvoice", [])
    assert api.get(made.headers["location"]).body == made.body

    debtor = api.get("/v1/creditors/acme/debtors/0192-123456785").body
    assert (debtor["name"], debtor["kind"], debtor["channel"]) == ("Kunde Å ÆØ AS", "business", "ehf")
    assert debtor["organisation_number"] == "123456785"
    assert debtor["default_contact"]["email"] == "kari@kunde.example"
    assert debtor["blocking_reasons"] == []


def test_a_known_debtor_stays_as_it_is(api, world):
    world.debtor(debtor_id="0192-123456785", name="As I call it")
    assert send(api, INVOICE).status == 201
    assert world.get(things.DEBTOR("acme", "0192-123456785")).name == "As I call it"


def test_the_same_customer_is_the_same_debtor_however_it_is_named(api):
    endpoint = '<cbc:EndpointID schemeID="0192">123456785</cbc:EndpointID>'
    name = "<cbc:RegistrationName>Kunde Å ÆØ AS</cbc:RegistrationName>"
    old = f"<cac:PartyLegalEntity>{name}</cac:PartyLegalEntity>"
    legal = old.replace(name, f"{name}<cbc:CompanyID>123456785</cbc:CompanyID>")
    named = changed(INVOICE, (endpoint, ""), (old, legal), (">F-1001<", ">F-2<"))
    assert send(api, INVOICE).body["debtor_id"] == send(api, named).body["debtor_id"]


def test_a_debtor_may_be_named_by_the_callers_own_id(api, world):
    world.debtor(debtor_id="c-17")
    assert send(api, INVOICE, "?debtor_id=c-17").body["debtor_id"] == "c-17"


def test_a_payment_id_that_is_no_reference_is_kept_as_free_text_with_a_warning(api):
    made = send(api, changed(INVOICE, ("0010017", "0010018"))).body
    assert made["payment_reference"] == {"type": "free_text", "value": "0010018"}
    assert made["warnings"] == ["payment_reference_is_free_text"]


def test_a_kid_is_recognised_by_the_creditors_own_formats(api, world):
    world.creditor(organisation_number=SUPPLIER, kid_formats=(KidFormat(5, "mod11"),))
    assert send(api, INVOICE).body["payment_reference"]["type"] == "free_text"


@pytest.mark.parametrize("number", ["123456785", "974760673"])
def test_somebody_elses_invoice_is_not_booked(api, world, engine, number):
    world.creditor(organisation_number=number)
    kept = {item.kind for item in engine.everything()}
    reply = send(api, INVOICE)
    assert (reply.status, reply.code) == (422, "supplier_is_not_creditor")
    assert reply.faults == {
        "/Invoice/AccountingSupplierParty/Party/PartyLegalEntity/CompanyID": "supplier_is_not_creditor"
    }
    assert {item.kind for item in engine.everything()} - kept == {"claim"}


def test_another_supplier_is_taken_when_the_caller_says_its_number(api, world):
    world.creditor(organisation_number="974760673")
    assert send(api, INVOICE, "?accept_supplier=111111111").status == 422
    made = send(api, INVOICE, f"?accept_supplier={SUPPLIER}")
    assert (made.status, made.body["warnings"]) == (201, ["supplier_accepted_by_caller"])


def test_a_vat_number_stands_for_the_organisation(api):
    legal = f'<cbc:CompanyID schemeID="0192">{SUPPLIER}</cbc:CompanyID>'
    assert send(api, changed(INVOICE, (legal, ""))).status == 201


def test_the_same_number_again_is_a_conflict_that_says_whether_it_is_the_same(api):
    first = send(api, INVOICE).body["invoice_id"]
    same = send(api, INVOICE)
    other = send(api, changed(INVOICE, (">1000.00<", ">1001.00<")))
    assert (same.status, same.code, same.body["same_content"]) == (409, "document_number_taken", True)
    assert (other.status, other.body["same_content"], other.body["invoice_id"]) == (409, False, first)


def test_the_same_request_again_gets_the_same_answer(api, engine):
    first = send(api, INVOICE, idempotency_key="x")
    before = engine.everything()
    again = send(api, INVOICE, idempotency_key="x")
    assert (again.text, again.headers["idempotent-replayed"]) == (first.text, "true")
    assert send(api, INVOICE + " ", idempotency_key="x").code == "idempotency_key_reused"
    assert engine.everything() == before


def test_a_credit_note_finds_its_invoice_and_goes_to_the_agency(api, world, hub):
    invoice = send(api, INVOICE).body["invoice_id"]
    world.agreement()
    case = world.case(invoice_id=invoice)
    made = send(api, ONE_REFERENCE)
    assert (made.status, made.body["match"], made.body["invoice_id"]) == (201, "matched", invoice)
    assert made.body["amount"] == nok("1000.00")
    assert api.get(made.headers["location"]).body["credit_note_id"] == made.body["credit_note_id"]
    assert [row.kind for row in lane_of(hub.desk, case.case_id)][1:] == [CommandKind.REPORT_CREDIT]


@pytest.mark.parametrize("document", [CREDIT_NOTE, ONE_REFERENCE])
def test_a_credit_note_that_leads_to_no_single_invoice_is_kept_unmatched(api, world, document):
    if document is CREDIT_NOTE:
        send(api, INVOICE)
    made = send(api, document)
    assert (made.status, made.body["match"], made.body["source"]) == (201, "unmatched", "einvoice")


def test_a_credit_note_may_carry_the_number_of_its_invoice(api):
    send(api, INVOICE)
    made = send(api, ONE_REFERENCE.replace(">K-17<", ">F-1001<"))
    assert (made.status, made.body["match"]) == (201, "matched")


def test_a_credit_note_in_another_currency_is_not_matched(api):
    send(api, INVOICE)
    made = send(api, ONE_REFERENCE.replace('"NOK"', '"EUR"').replace(">NOK<", ">EUR<"))
    assert (made.status, made.body["match"]) == (201, "unmatched")


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (changed(INVOICE, ("2026-01-19", "19.01.2026")), "/Invoice/DueDate"),
        (changed(INVOICE, (">1000.00<", ">1000.005<")), "/Invoice/LegalMonetaryTotal/PayableAmount"),
        (changed(INVOICE, (">1000.00<", ">-1<")), "/Invoice/LegalMonetaryTotal/PayableAmount"),
        (changed(INVOICE, (">NOK<", ">XTS<")), "/Invoice/DocumentCurrencyCode"),
        (b"<Invoice", ""),
        (b"not xml at all", ""),
    ],
)
def test_what_is_wrong_is_named_by_its_path_and_nothing_is_written(api, engine, document, pointer):
    before = engine.everything()
    reply = send(api, document)
    assert reply.status == 400
    assert pointer in reply.faults
    assert engine.everything() == before


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
    ],
)
def test_entities_and_external_references_are_refused_unread(api, engine, prologue):
    before = engine.everything()
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    reply = send(api, INVOICE.replace(head, head + prologue))
    assert reply.status == 400
    assert engine.everything() == before


def test_nothing_to_pay_is_no_claim(api):
    reply = send(api, changed(INVOICE, (">1000.00<", ">0.00<")))
    assert (reply.status, reply.code) == (422, "nothing_to_pay")
    assert reply.faults == {"/Invoice/LegalMonetaryTotal/PayableAmount": "amount_not_positive"}


def test_a_customer_known_only_by_a_national_identity_number_is_not_stored(api, world):
    person = changed(INVOICE, ('schemeID="0192">123456785<', 'schemeID="9999">01017010170<'))
    reply = send(api, person)
    assert (reply.status, reply.code) == (422, "customer_unknown")
    made = send(api, person, "?debtor_id=c-17")
    assert (made.status, made.body["debtor_id"]) == (201, "c-17")
    assert "01017010170" not in world.everything


def test_only_json_and_xml_are_taken_and_only_by_who_may_write(api, world):
    assert api.post(AT, INVOICE, content_type="text/csv").status == 415
    assert world.client("read").post(AT, INVOICE, content_type=XML).status == 403
    assert world.client(creditors=["other"]).post(AT, INVOICE, content_type=XML).status == 404
    assert api.post("/v1/creditors/none/invoices", INVOICE, content_type=XML).status == 404


@pytest.mark.skipif(not REAL.is_dir(), reason="the shared e-invoices are not here")
class TestTheSharedExamples:
    def test_norwegian_invoices_belong_to_their_supplier(self, api, world):
        world.creditor(organisation_number="123456785")
        made = send(api, (REAL / "ehf-3-faktura-1.xml").read_bytes())
        assert (made.status, made.body["principal"]) == (201, nok("802.00"))
        assert made.body["payment_reference"] == {"type": "free_text", "value": "0003434323213231"}
        assert "payment_reference_is_free_text" in made.body["warnings"]
        assert "payee_is_not_supplier" in made.body["warnings"]
        assert made.body["debtor_id"] == "0192-987654325"
        again = send(api, (REAL / "Norwegian-example-1.xml").read_bytes())
        assert (again.status, again.body["same_content"]) == (409, True)

    def test_the_others_are_taken_by_their_number_and_conflict_with_each_other(self, api):
        query = "?accept_supplier=GB983294"
        base = send(api, (REAL / "base-example.xml").read_bytes(), query)
        assert base.status == 201
        assert base.body["principal"] == {"amount": "1656.25", "currency": "EUR"}
        for name in ("Vat-category-S.xml", "Allowance-example.xml"):
            other = send(api, (REAL / name).read_bytes(), query)
            assert (other.status, other.body["same_content"]) == (409, False)
        credit = send(api, (REAL / "base-creditnote-correction.xml").read_bytes(), query)
        assert (credit.status, credit.body["match"]) == (201, "matched")
        read = api.get(f"{AT}/{base.body['invoice_id']}").body
        assert (read["status"], read["remaining"]["amount"]) == ("credited", "0.00")
