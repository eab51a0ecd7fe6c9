"""Sealing, files and queues against simulated AWS, and against an AWS that fails."""

import json
import logging
import subprocess
import sys
import threading
import time
from base64 import b64decode, b64encode
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber
from moto import mock_aws

from fordring.domain.errors import Unavailable
from fordring.edge import aws, sealing
from fordring.edge.files import S3Files
from fordring.edge.queues import SqsQueue
from fordring.edge.sealing import KmsSealer
from fordring.usecases.ports import CannotOpen, FileMissing
from tests.fakes import MemoryFiles, MemoryQueue, MemorySealer

REGION = "eu-north-1"
CONTEXT = {"creditor": "acme", "agency": "svea"}


@pytest.fixture(autouse=True)
def account(monkeypatch):
    """Give each test an account that holds nothing."""
    for name, value in {
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(name, value)
    aws.renew()
    aws._adopted.clear()
    with mock_aws():
        yield
    aws.renew()
    aws._adopted.clear()


@pytest.fixture
def key():
    return boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]


@pytest.fixture
def refusing():
    """Let a service answer with an error, as often as told."""
    stubbers = []

    def start(service, method, code, times=1, status=400):
        stubber = Stubber(aws.client(service))
        for _ in range(times):
            stubber.add_client_error(method, code, http_status_code=status)
        stubber.activate()
        stubbers.append(stubber)
        return stubber

    yield start
    for stubber in stubbers:
        stubber.deactivate()


@pytest.fixture(params=["kms", "memory"])
def sealer(request, key):
    return KmsSealer(key, "acme") if request.param == "kms" else MemorySealer()


class TestSealing:
    def test_opens_in_the_same_context_only(self, sealer):
        sealed = sealer.seal("hemmelig æøå".encode(), CONTEXT)
        b64decode(sealed, validate=True)
        assert sealer.open(sealed, dict(reversed(CONTEXT.items()))).decode() == "hemmelig æøå"
        for other in (
            {},
            CONTEXT | {"creditor": "other"},
            {"creditor": "acme"},
            CONTEXT | {"endpoint": "e"},
        ):
            with pytest.raises(CannotOpen):
                sealer.open(sealed, other)

    @pytest.mark.parametrize("changed", ["", "nonsense", "æ", b64encode(b"nonsense").decode()])
    def test_what_was_changed_is_not_opened(self, sealer, changed):
        with pytest.raises(CannotOpen):
            sealer.open(changed, CONTEXT)


class TestKms:
    def test_the_secret_is_not_in_what_is_kept(self, key):
        assert b"secret" not in b64decode(KmsSealer(key, "acme").seal(b"secret", CONTEXT))

    def test_another_tenant_cannot_open_it(self, key):
        sealed = KmsSealer(key, "acme").seal(b"secret", CONTEXT)
        with pytest.raises(CannotOpen):
            KmsSealer(key, "other").open(sealed, CONTEXT)
        with pytest.raises(CannotOpen):
            KmsSealer(key, "other").open(sealed, CONTEXT | {"tenant": "acme"})

    def test_kms_is_asked_once_in_five_minutes_by_either_clock(self, key, monkeypatch, refusing):
        sealer = KmsSealer(key, "acme")
        sealed = sealer.seal(b"secret", CONTEXT)
        assert sealer.open(sealed, CONTEXT) == b"secret"
        refusing("kms", "decrypt", "ThrottlingException", times=4)
        assert sealer.open(sealed, CONTEXT) == b"secret"
        with pytest.raises(Unavailable):
            sealer.open(sealed, {"creditor": "another"})
        for clock in ("monotonic", "time"):
            present = getattr(time, clock)
            with monkeypatch.context() as later:
                later.setattr(sealing.time, clock, lambda present=present: present() + 301)
                with pytest.raises(Unavailable):
                    sealer.open(sealed, CONTEXT)
            sealer._opened[(sealed, frozenset(CONTEXT.items()))] = sealing._Opened(b"secret")
        sealer.clear()
        with pytest.raises(Unavailable):
            sealer.open(sealed, CONTEXT)

    def test_what_is_remembered_is_bounded(self, key, monkeypatch):
        monkeypatch.setattr(sealing, "REMEMBERED", 2)
        sealer = KmsSealer(key, "acme")
        for number in range(4):
            context = {"endpoint": str(number)}
            sealer.open(sealer.seal(b"secret", context), context)
        assert len(sealer._opened) == 2

    def test_too_long(self, key):
        with pytest.raises(ValueError, match="4096"):
            KmsSealer(key, "acme").seal(bytes(4097), CONTEXT)

    def test_a_missing_permission_is_not_a_wrong_secret(self, key, refusing):
        sealer = KmsSealer(key, "acme")
        refusing("kms", "decrypt", "AccessDeniedException")
        with pytest.raises(ClientError):
            sealer.open(b64encode(b"x").decode(), CONTEXT)


@pytest.fixture(params=["s3", "memory"])
def files(request):
    if request.param == "memory":
        return MemoryFiles()
    boto3.client("s3").create_bucket(
        Bucket="acme-files", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return S3Files("acme-files")


class TestFiles:
    def test_kept_read_and_replaced(self, files):
        files.put("files/job_01JD/body", b"one")
        files.put("files/job_01JD/body", b"two", "text/plain")
        assert files.get("files/job_01JD/body") == b"two"

    def test_missing(self, files):
        with pytest.raises(FileMissing):
            files.get("callbacks/svea/none")


class TestBucket:
    @pytest.mark.parametrize(
        "name",
        [
            "",
            "callbacks",
            "other/x",
            "/files/x",
            "files/../x",
            "files//x",
            "files/.x",
            "files/a b",
            "files/å",
        ],
    )
    def test_names_that_are_not_ours(self, name):
        for do in (S3Files("b").get, lambda name: S3Files("b").put(name, b"")):
            with pytest.raises(ValueError, match="name"):
                do(name)

    @pytest.mark.parametrize(
        ("code", "status", "error"),
        [
            ("NoSuchKey", 404, FileMissing),
            ("AccessDenied", 403, FileMissing),
            ("SlowDown", 503, Unavailable),
            ("NoSuchBucket", 404, ClientError),
        ],
    )
    def test_refusals(self, refusing, code, status, error):
        refusing("s3", "get_object", code, status=status)
        with pytest.raises(error):
            S3Files("acme-files").get("files/x")


class TestQueues:
    @pytest.fixture
    def url(self):
        return boto3.client("sqs").create_queue(QueueName="agency")["QueueUrl"]

    def received(self, url):
        sqs = boto3.client("sqs")
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found.extend(json.loads(message["Body"]) for message in messages)
        return found

    def test_all_are_sent_ten_at_a_time(self, url):
        messages = [{"kind": "command", "case_id": f"case_{number}"} for number in range(25)]
        SqsQueue(url).send(iter(messages))
        assert sorted(self.received(url), key=str) == sorted(messages, key=str)

    def test_none(self, url):
        SqsQueue(url).send([])
        assert self.received(url) == []

    @pytest.mark.parametrize(
        ("after", "seconds"),
        [(timedelta(seconds=-1), 0), (timedelta(seconds=90.5), 90), (timedelta(hours=2), 900)],
    )
    def test_the_delay_is_what_sqs_allows(self, after, seconds):
        with Stubber(aws.client("sqs")) as stubber:
            entry = {"Id": "0", "MessageBody": '{"a":"b"}', "DelaySeconds": seconds}
            stubber.add_response(
                "send_message_batch",
                {"Successful": [{"Id": "0", "MessageId": "m", "MD5OfMessageBody": "x"}], "Failed": []},
                {"QueueUrl": "https://q.example", "Entries": [entry]},
            )
            SqsQueue("https://q.example").send([{"a": "b"}], after=after)
            stubber.assert_no_pending_responses()

    def test_what_is_left_out_of_a_batch_is_sent_again(self):
        def failed(*ids):
            return {"Failed": [{"Id": each, "SenderFault": False, "Code": "x"} for each in ids]}

        with Stubber(aws.client("sqs")) as stubber:
            asked = {"QueueUrl": "https://q.example", "Entries": ANY}
            stubber.add_response("send_message_batch", failed("1", "2") | {"Successful": []}, asked)
            again = [
                {"Id": each, "MessageBody": f'{{"n":"{each}"}}', "DelaySeconds": 0} for each in ("1", "2")
            ]
            stubber.add_response(
                "send_message_batch",
                failed() | {"Successful": []},
                {"QueueUrl": "https://q.example", "Entries": again},
            )
            SqsQueue("https://q.example").send({"n": str(number)} for number in range(3))
            stubber.assert_no_pending_responses()
            for _ in range(3):
                stubber.add_response("send_message_batch", failed("0") | {"Successful": []}, asked)
            with pytest.raises(Unavailable):
                SqsQueue("https://q.example").send([{"n": "0"}])

    def test_the_stand_in_keeps_the_order(self):
        queue = MemoryQueue()
        queue.send([{"a": "1"}, {"a": "2"}])
        queue.send([{"a": "3"}], after=timedelta(seconds=5))
        assert [message["a"] for message in queue.messages] == ["1", "2", "3"]
        assert queue.sent[-1][1] == timedelta(seconds=5)


class TestSession:
    def test_one_session_makes_every_client_once(self):
        from botocore.session import Session

        made = []

        class Counted(Session):
            def create_client(self, *args, **settings):
                made.append(args[0])
                return super().create_client(*args, **settings)

        aws.adopt(Counted())
        threads = [threading.Thread(target=aws.client, args=("sqs",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert aws.client("kms") is aws.client("kms")
        assert made == ["sqs", "kms"]
        aws.renew()
        aws.client("kms")
        assert made == ["sqs", "kms", "kms"]

    def test_nothing_that_is_sent_is_logged(self, key, caplog):
        with caplog.at_level(logging.INFO):
            KmsSealer(key, "acme").seal(b"secret-word", CONTEXT)
        assert "secret-word" not in caplog.text


def test_no_aws_library_is_loaded_at_start_up():
    code = (
        "import sys, fordring.edge.files, fordring.edge.queues; from fordring.edge.sealing import KmsSealer;"
        "KmsSealer('k', 't'); sys.exit(bool({'botocore', 'boto3', 'pynamodb'} & set(sys.modules)))"
    )
    environment = {"PYTHONPATH": str(Path(__file__).parents[3] / "layers" / "common")}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=environment).returncode == 0
