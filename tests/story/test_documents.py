"""The letters themselves: fetched when they are reported, checked, kept, handed out."""

from base64 import b64decode
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest

from fordring.domain import things
from fordring.domain.agency import Document, Operation
from fordring.domain.refs import Listing
from fordring.domain.retention import retention_rules
from fordring.usecases.documents import LARGEST, LIFE, file_of
from tests.story.evenness import everything_of
from tests.story.telling import faults_of, registered, sent, told


def letter(hub, **invoice):
    """A case with one letter; gives its case and what is told of the letter."""
    _, case_id = registered(hub, **(invoice or {"due_date": date(2026, 2, 10)}))
    hub.advance(hub.api, days=2)
    return case_id, dispatch_of(hub, case_id)


def dispatch_of(hub, case_id):
    (dispatch,) = hub.api.get(f"/v1/cases/{case_id}/dispatches").body["items"]
    return dispatch


def read(hub, case_id, dispatch, api=None):
    return (api or hub.api).get(f"/v1/cases/{case_id}/dispatches/{dispatch['dispatch_id']}/document")


@pytest.fixture
def handing(hub, monkeypatch):
    """Let the agency hand something else out; the last one stays."""

    def hand(*documents):
        from fordring.agencies.svea.adapter import Svea

        waiting = list(documents)
        monkeypatch.setattr(Svea, "document", lambda *_: waiting.pop(0) if len(waiting) > 1 else waiting[0])

    return hand


@pytest.mark.capability("ZIR-6")
def test_what_the_agency_has_sent_can_be_read_as_a_file(hub):
    case_id, dispatch = letter(hub)
    reply = read(hub, case_id, dispatch)

    assert reply.status == 200
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.headers["cache-control"] == "no-store"
    content = b64decode(reply.text)
    assert content.startswith(b"%PDF-")
    assert b"Kari Nordmann" in content
    digest = sha256(content).hexdigest()
    assert reply.headers["content-sha256"] == digest
    document = dispatch["document"]
    shown = (document["state"], document["size"], document["sha256"], document["content_type"])
    assert shown == ("available", len(content), digest, "application/pdf")
    assert len(sent(hub, "fetch_document")) == 1
    # Reading asks nobody: the file is kept.
    assert read(hub, case_id, dispatch).text == reply.text
    assert len(sent(hub, "fetch_document")) == 1
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-6")
@pytest.mark.parametrize("fault", ["timeout_before", "error_500", "error_429", "malformed_answer"])
def test_a_document_that_cannot_be_had_at_once_is_fetched_later(hub, fault):
    hub.control("POST", "svea/faults", {"kind": fault, "count": 1, "operation": "fetch_document"})
    _, case_id = registered(hub, due_date=date(2026, 2, 10))
    hub.advance(hub.api, days=1)
    waiting = dispatch_of(hub, case_id)
    if waiting["document"]["state"] == "pending":
        refused = read(hub, case_id, waiting)
        assert (refused.status, refused.code) == (409, "document_not_available")
        assert refused.body["state"] == "pending"
    hub.advance(hub.api, days=1)

    assert dispatch_of(hub, case_id)["document"]["state"] == "available"
    assert read(hub, case_id, waiting).status == 200
    assert len(sent(hub, "fetch_document")) == 2
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-6")
@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (Document("text/html", b"<script>"), "content_type_not_allowed"),
        (Document("application/pdf", b"<script>"), "content_type_not_allowed"),
        (Document("application/pdf", b"%PDF-" + b"x" * LARGEST), "too_large"),
        (Document("application/pdf", b"%PDF-1.4", "00" * 32), "digest_mismatch"),
        (None, "not_found"),
    ],
)
def test_what_is_no_letter_is_not_kept(hub, handing, document, reason):
    handing(document)
    case_id, dispatch = letter(hub)
    refused = read(hub, case_id, dispatch)

    assert (refused.status, refused.code, refused.body["reason"]) == (409, "document_not_available", reason)
    assert [name for name in hub.hub.files.kept if name.startswith("documents/")] == []
    hub.advance(hub.api, days=20)
    failed = hub.api.get(f"/v1/cases/{case_id}/dispatches").body["items"][0]
    assert failed["document"]["state"] == "failed"
    assert faults_of(hub) == []


@pytest.mark.capability("ZIR-6")
def test_a_digest_that_is_right_at_the_next_attempt_is_enough(hub, handing):
    right = Document("application/pdf", b"%PDF-1.4 a letter")
    handing(replace(right, sha256="00" * 32), replace(right, sha256=sha256(right.body).hexdigest().upper()))
    case_id, dispatch = letter(hub)

    assert dispatch["document"]["state"] == "available"
    assert b64decode(read(hub, case_id, dispatch).text) == right.body


@pytest.mark.capability("ZIR-6", "BEY-11")
def test_an_agency_without_documents_says_so(hub, monkeypatch):
    known = hub.hub.capabilities(hub.agency)
    less = replace(known, operations=known.operations - {Operation.DISPATCH_DOCUMENTS})
    case_id, dispatch = letter(hub)
    kept = hub.world.get(things.DISPATCH(case_id, dispatch["dispatch_id"]))
    hub.world.put(things.DISPATCH(case_id, dispatch["dispatch_id"]), replace(kept, document=None))
    none = read(hub, case_id, dispatch)
    assert (none.status, none.code, none.body["state"]) == (409, "document_not_available", "none")

    monkeypatch.setattr(type(hub.hub), "capabilities", lambda *_: less)
    refused = read(hub, case_id, dispatch)
    assert (refused.status, refused.code) == (409, "operation_not_offered")
    assert (refused.body["agency"], refused.body["operation"]) == ("svea", "dispatch_documents")


@pytest.mark.capability("ZIR-6")
def test_a_document_goes_after_three_years_before_any_debtor_may_be_erased(hub):
    case_id, dispatch = letter(hub)
    assert all(timedelta(days=365 * rule.years) > LIFE for rule in retention_rules())
    kept = hub.world.get(things.DISPATCH(case_id, dispatch["dispatch_id"]))
    assert kept.document.expires_at == kept.document.kept_at + LIFE

    clock = hub.world.get(things.TEST_CLOCK())
    hub.world.put(things.TEST_CLOCK(), replace(clock, now=kept.document.expires_at))
    assert hub.api.get(f"/v1/cases/{case_id}/dispatches").body["items"][0]["document"]["state"] == "expired"
    assert read(hub, case_id, dispatch).body["state"] == "expired"
    # The bucket's own rule may be earlier than the table knows.
    hub.world.put(things.TEST_CLOCK(), clock)
    del hub.hub.files.kept[file_of(kept)]
    gone = read(hub, case_id, dispatch)
    assert (gone.status, gone.body["state"]) == (409, "expired")


def test_another_creditors_document_is_not_there(hub):
    case_id, dispatch = letter(hub)

    assert read(hub, case_id, dispatch, hub.world.client(creditors=["other"])).status == 404
    assert read(hub, case_id, {"dispatch_id": "nothing"}).status == 404


def test_the_same_letter_is_fetched_once_however_often_it_is_told(hub):
    hub.control("POST", "svea/faults", {"kind": "duplicate_callback", "count": 2})
    case_id, dispatch = letter(hub)
    hub.worker("outbox")._fetch_document(case_id, dispatch["dispatch_id"])

    assert len(sent(hub, "fetch_document")) == 1
    assert len(everything_of(hub.hub.store, Listing(things.DISPATCH, "dispatches_of", (case_id,)))) == 1
    assert len(told(hub, "case.dispatch")) == 1


def test_what_a_letter_says_stays_out_of_the_table_and_the_log(hub, capsys):
    case_id, dispatch = letter(hub)
    read(hub, case_id, dispatch)

    output = capsys.readouterr()
    assert "%PDF" not in output.out + output.err
    assert "Lillegata" not in output.out + output.err
    assert "%PDF" not in hub.world.everything
