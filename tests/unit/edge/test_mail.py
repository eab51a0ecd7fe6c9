"""What SES answers, and what that means for whether a letter was sent."""

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber

from fordring.domain.email import Letter, LetterRefused
from fordring.domain.transport import TransportFailed
from fordring.edge import aws
from fordring.edge.mail import SesMail

LETTER = Letter("ordre@svea.example", "Bestilling", "Hei\n", "ola@acme.example")
URL = "https://email.eu-north-1.amazonaws.example"


@pytest.fixture
def ses(monkeypatch):
    """The client that letters go out by, answering as told."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-north-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    aws.renew()
    aws._adopted.clear()
    with Stubber(aws.client("sesv2")) as stubber:
        yield stubber
    aws.renew()
    aws._adopted.clear()


def test_a_letter_is_plain_text_to_one_recipient(ses):
    ses.add_response(
        "send_email",
        {"MessageId": "1"},
        {
            "FromEmailAddress": "fordring@product.example",
            "Destination": {"ToAddresses": ["ordre@svea.example"]},
            "ReplyToAddresses": ["ola@acme.example"],
            "Content": {
                "Simple": {
                    "Subject": {"Data": "Bestilling", "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": "Hei\n", "Charset": "UTF-8"}},
                }
            },
        },
    )

    SesMail("fordring@product.example").send(LETTER)

    ses.assert_no_pending_responses()


def test_a_letter_to_a_debtor_has_both_forms_and_names_itself_in_events(ses):
    ses.add_response(
        "send_email",
        {"MessageId": "1"},
        {
            "FromEmailAddress": "fordring@product.example",
            "Destination": {"ToAddresses": ["kari@nordmann.example"]},
            "ReplyToAddresses": [],
            "Content": {
                "Simple": {
                    "Subject": {"Data": "Purring", "Charset": "UTF-8"},
                    "Body": {
                        "Text": {"Data": "Hei\n", "Charset": "UTF-8"},
                        "Html": {"Data": "<p>Hei</p>", "Charset": "UTF-8"},
                    },
                }
            },
            "ConfigurationSetName": "letters",
            "EmailTags": [{"Name": "invoice", "Value": "inv_1"}, {"Name": "letter", "Value": "ltr_1"}],
        },
    )
    tags = (("invoice", "inv_1"), ("letter", "ltr_1"))

    SesMail("fordring@product.example", "letters").send(
        Letter("kari@nordmann.example", "Purring", "Hei\n", None, "<p>Hei</p>", tags)
    )

    ses.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "status", "sent"),
    [
        ("TooManyRequestsException", 429, "no"),
        ("ThrottlingException", 400, "no"),
        ("InternalFailure", 500, "maybe"),
        ("ServiceUnavailable", 503, "maybe"),
    ],
)
def test_an_error_says_whether_the_letter_may_have_gone(ses, code, status, sent):
    ses.add_client_error("send_email", code, http_status_code=status)

    with pytest.raises(TransportFailed) as failure:
        SesMail("fordring@product.example").send(LETTER)

    assert failure.value.sent == sent


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("MessageRejected", "message_rejected"),
        ("MailFromDomainNotVerifiedException", "mail_from_domain_not_verified"),
        ("BadRequestException", "bad_request"),
    ],
)
def test_a_refusal_is_final(ses, code, reason):
    ses.add_client_error("send_email", code, http_status_code=400)

    with pytest.raises(LetterRefused) as refused:
        SesMail("fordring@product.example").send(LETTER)

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (ConnectTimeoutError(endpoint_url=URL), "no"),
        (EndpointConnectionError(endpoint_url=URL), "no"),
        (ReadTimeoutError(endpoint_url=URL), "maybe"),
    ],
)
def test_only_a_letter_that_never_left_is_known_not_to_have(ses, monkeypatch, error, sent):
    def fail(**_):
        raise error

    monkeypatch.setattr(aws.client("sesv2"), "send_email", fail)

    with pytest.raises(TransportFailed) as failure:
        SesMail("fordring@product.example").send(LETTER)

    assert failure.value.sent == sent


def test_botocore_does_not_send_again_by_itself(ses):
    assert aws.client("sesv2").meta.config.retries["total_max_attempts"] == 1


def test_without_a_sender_nothing_is_sent():
    with pytest.raises(LetterRefused, match="no_sender"):
        SesMail(None).send(LETTER)
