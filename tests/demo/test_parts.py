"""The demo's own parts: it finds differences, checks signatures, lists refused files, tells the time left."""

import io
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from demo import real
from demo.client import Failed, Hub, Refused
from demo.compare import read_books, table
from demo.einvoices import Intake, count, files_in, read_supplier
from demo.inbox import is_genuine, open_inbox
from demo.progress import Bar, duration
from demo.story import SAMPLE, Story
from fordring.edge.standard_webhooks import sign

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"


def test_a_difference_planted_at_the_agency_is_found_and_fails_the_demo(scene, capsys):
    with open_inbox() as inbox:
        client = Story(scene, inbox).tell()
    number = next(line.case_number for line in read_books(scene, [client]).lines if line.status == "open")
    scene.agency._post("adjust", {"case_number": number, "principal": "1.00"})

    books = read_books(scene, [client])

    assert len(books.differences) == 1
    assert "the agency 1.00" in books.differences[0]
    assert "DIFFERS" in table(books.lines)
    assert real.conclude(books, None) == 1
    assert "There are differences." in capsys.readouterr().out


def test_a_case_that_only_the_agency_has_is_a_difference(scene):
    with open_inbox() as inbox:
        client = Story(scene, inbox).tell()
    known = scene.agency.cases

    scene.agency.cases = lambda number: [*known(number), {**known(number)[0], "case_number": "SV1"}]

    assert read_books(scene, [client]).differences == [
        "The agency has a case SV1 that the hub does not know."
    ]


def test_what_is_not_as_the_file_says_fails_the_demo(scene, capsys, tmp_path):
    material = real.look_at(None, SAMPLE / "receivables.csv")
    pay = scene.agency.pay
    scene.agency.pay = lambda amount, *rest, **who: pay("0.01", *rest, **who)

    assert real.play(scene, material, tmp_path) == 1
    assert "is not closed paid." in capsys.readouterr().out


def test_electronic_documents_are_taken_or_refused_with_a_reason(scene):
    intake = Intake(scene)

    outcomes = [intake.take(file) for file in files_in(SAMPLE / "einvoices")]

    assert count(outcomes) == {"invoices": 2, "credit notes": 1, "refused": 1}
    assert [each.file for each in outcomes if each.refused] == ["refused-10047.xml"]
    assert "missing at /Invoice/DueDate" in outcomes[-1].lines()[2]
    again = [intake.take(file) for file in files_in(SAMPLE / "einvoices")]
    assert count(again)["refused"] == 4


def test_a_supplier_of_another_country_gets_a_stand_in_for_its_number(scene, tmp_path):
    file = tmp_path / "foreign.xml"
    text = (SAMPLE / "einvoices" / "invoice-10045.xml").read_text()
    file.write_text(text.replace("312345676", "GB983294").replace("NO<", "GB<", 1))

    outcome = Intake(scene).take(file)

    assert outcome.refused == ()
    assert "supplier_accepted_by_caller" in " ".join(outcome.lines())


@pytest.mark.parametrize("content", [b"", b"<a", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"<a/>"])
def test_what_has_no_supplier_is_left_to_the_hub_to_refuse(content):
    assert read_supplier(content).number is None


def test_a_folder_without_files_is_refused_in_one_sentence(tmp_path):
    with pytest.raises(Failed, match="no XML file"):
        files_in(tmp_path)
    with pytest.raises(Failed, match="no folder"):
        files_in(Path("/nowhere"))


def test_only_a_right_signature_is_believed():
    now = datetime.now(UTC)
    headers = sign("msg_1", now, b"{}", [SECRET])

    assert is_genuine(headers, b"{}", SECRET, time.time())
    assert not is_genuine(headers, b"{ }", SECRET, time.time())
    assert not is_genuine(headers, b"{}", SECRET, time.time() + 301)
    assert not is_genuine({}, b"{}", SECRET, time.time())


def test_an_event_that_comes_twice_counts_once():
    with open_inbox() as inbox:
        inbox.secret = SECRET
        body = b'{"type": "case.closed"}'
        for _ in range(2):
            headers = sign("msg_1", datetime.now(UTC), body, [SECRET])
            assert httpx.post(inbox.url, content=body, headers=headers).status_code == 204
        assert httpx.post(inbox.url, content=body).status_code == 401
    assert inbox.counts() == {"case.closed": 1}
    assert inbox.refused == 1


def test_the_bar_tells_the_time_left():
    seconds = iter([0.0, 30.0, 90.0])
    out = io.StringIO()
    bar = Bar(100, out, lambda: next(seconds))

    bar.show(25, "spring")
    bar.show(100, "done")

    first, last = out.getvalue().splitlines()
    assert " 25%  1 min 30 s left" in first
    assert "100%  1 min 30 s in all" in last
    assert duration(59.6) == "1 min 00 s"


def test_a_lost_answer_is_asked_for_again_with_the_same_key():
    keys = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) == 1:
            raise httpx.ReadError("gone")
        return httpx.Response(503 if len(keys) == 2 else 201, json={"id": "1"})

    with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://api.test") as http:
        assert Hub(http, pause=lambda _: None).post("/v1/things") == {"id": "1"}

    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_a_refusal_names_every_fault():
    problem = {
        "code": "invalid_input",
        "detail": "The request is not valid",
        "errors": [{"pointer": "/a", "code": "missing", "detail": "…"}, {"pointer": "", "code": "malformed"}],
    }
    with (
        httpx.Client(
            transport=httpx.MockTransport(lambda _: httpx.Response(400, json=problem)),
            base_url="http://api.test",
        ) as http,
        pytest.raises(Refused) as refused,
    ):
        Hub(http).get("/v1/things")

    assert refused.value.reasons[1:] == ("missing at /a", "malformed at /")
