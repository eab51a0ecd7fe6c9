"""E-mails go out through the emulator's SES, from the identity that a role may use, and can be read there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fordring.domain.email import Letter, LetterRefused
from fordring.edge import aws
from fordring.edge.mail import SesMail
from local import mail
from local.emulator import REGION, Emulator, start_emulator
from local.template import load_template

LETTER = Letter("ordre@svea.example", "Bestilling for Acme ÆØÅ AS", "Hei,\nÆØÅ\n", "ola@acme.example")


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    running = start_emulator(tmp_path_factory.mktemp("emulator"), persist=False)
    mail.prepare(running)
    mail.prepare(running)
    yield running
    running.kill()


@pytest.fixture
def sender(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give this process the function's role, as far as the template lets it send e-mails."""
    policy = load_template()["Resources"]["DeliverOutboxRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    (statement,) = [
        each["Fn::If"][1]
        for each in policy["Statement"]
        if "Fn::If" in each and each["Fn::If"][0] == "SendsMail"
    ]
    account = emulator.client("sts").get_caller_identity()["Account"]
    statement = statement | {
        "Resource": [
            f"arn:aws:ses:{REGION}:{account}:identity/{mail.IDENTITY}",
            f"arn:aws:ses:{REGION}:{account}:configuration-set/letters",
        ],
        "Condition": {"StringEquals": {"ses:FromAddress": mail.SENDER}},
    }
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    iam = emulator.client("iam")
    if "sender" not in {role["RoleName"] for role in iam.list_roles()["Roles"]}:
        iam.create_role(RoleName="sender", AssumeRolePolicyDocument=json.dumps(trust))
        document = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_role_policy(RoleName="sender", PolicyName="p", PolicyDocument=json.dumps(document))
    role = f"arn:aws:iam::{account}:role/sender"
    session = emulator.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", session["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", session["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", session["SessionToken"])
    aws.renew()
    aws._adopted.clear()
    yield
    aws.renew()
    aws._adopted.clear()


@pytest.mark.capability("ZIR-14")
@pytest.mark.usefixtures("sender")
def test_a_letter_goes_out_as_it_was_written(emulator: Emulator) -> None:
    SesMail(mail.SENDER).send(LETTER)

    message = mail.sent(emulator)[-1]
    assert (message["Source"], message["To"]) == (mail.SENDER, [LETTER.recipient])
    assert (message["Subject"], message["BodyText"]) == (LETTER.subject, LETTER.text)


@pytest.mark.usefixtures("sender")
def test_a_letter_to_a_debtor_goes_out_in_both_forms(emulator: Emulator) -> None:
    emulator.client("sesv2").create_configuration_set(ConfigurationSetName="letters")
    letter = Letter(
        "kari@nordmann.example",
        "Purring",
        "Hei\n",
        "post@acme.example",
        "<p>Hei</p>",
        (("invoice", "inv_1"), ("letter", "ltr_1")),
    )
    SesMail(mail.SENDER, "letters").send(letter)

    message = mail.sent(emulator)[-1]
    assert (message["To"], message["BodyText"], message["BodyHtml"]) == (
        ["kari@nordmann.example"],
        "Hei\n",
        "<p>Hei</p>",
    )


@pytest.mark.usefixtures("sender")
def test_nothing_goes_out_from_any_other_address(emulator: Emulator) -> None:
    before = len(mail.sent(emulator))
    for other in (f"somebody@{mail.IDENTITY}", "fordring@elsewhere.example"):
        with pytest.raises(LetterRefused):
            SesMail(other).send(LETTER)

    assert len(mail.sent(emulator)) == before


def test_one_function_may_send_from_one_identity() -> None:
    resources = load_template()["Resources"]
    granted = {
        name: part
        for name, resource in resources.items()
        for part in _statements(resource)
        if str(part.get("Action", "")).startswith("ses:")
    }
    (statement,) = granted.values()
    assert list(granted) == ["DeliverOutboxRole"]
    assert statement["Action"] == "ses:SendEmail"
    assert [each["Fn::Sub"].rpartition(":")[2] for each in statement["Resource"]] == [
        "identity/${MailIdentity}",
        "configuration-set/${MailEvents}",
    ]
    assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailSender"}}}


def _statements(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in resource.get("Properties", {}).get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            yield statement["Fn::If"][1] if "Fn::If" in statement else statement
