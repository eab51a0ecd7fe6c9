"""What the template must keep: data that cannot be lost, failures that cannot be silent, arm64."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from fordring.domain.retention import earliest_erasure, retention_rules
from fordring.usecases.documents import LIFE
from local.template import TEMPLATE, load_template, routes

TEMPLATE_ = load_template()
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE_["Resources"]
FUNCTIONS = {
    "manage_creditors": "ManageCreditorsFunction",
    "register_invoice": "RegisterInvoiceFunction",
    "submit_case": "SubmitCaseFunction",
    "poll_status": "PollStatusFunction",
    "payment_webhook": "PaymentWebhookFunction",
    "hourly_sync": "HourlySyncFunction",
    "deliver_outbox": "DeliverOutboxFunction",
}
STATEFUL = {"AWS::DynamoDB::Table": 1, "AWS::S3::Bucket": 1, "AWS::KMS::Key": 1}


def of(kind: str) -> dict[str, dict[str, Any]]:
    return {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def names_queue(value: Any, queue: str) -> bool:
    return value == {"Fn::GetAtt": [queue, "Arn"]}


def test_stateful_resources_are_counted_and_retained() -> None:
    kinds = Counter(r["Type"] for r in RESOURCES.values() if r["Type"] in STATEFUL)
    assert kinds == STATEFUL
    for name, resource in RESOURCES.items():
        if resource["Type"] in STATEFUL:
            assert (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")) == (
                "Retain",
                "Retain",
            ), name


def test_nothing_that_holds_data_is_of_a_kind_not_counted() -> None:
    known = {
        *STATEFUL,
        "AWS::CloudWatch::Alarm",
        "AWS::Events::Rule",
        "AWS::IAM::Role",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
        "AWS::S3::BucketPolicy",
        "AWS::SES::ConfigurationSet",
        "AWS::SES::ConfigurationSetEventDestination",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
        "AWS::Serverless::Function",
        "AWS::Serverless::HttpApi",
        "AWS::Serverless::LayerVersion",
    }
    assert {resource["Type"] for resource in RESOURCES.values()} == known


def test_the_table_can_be_restored_expires_and_is_protected() -> None:
    table = properties("Table")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["ProtectData", True, False]}
    assert TEMPLATE_["Conditions"]["ProtectData"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "development"]}]
    }


def test_the_tables_indexes() -> None:
    table = properties("Table")
    found = {
        index["IndexName"]: ([key["AttributeName"] for key in index["KeySchema"]], index["Projection"])
        for index in table["GlobalSecondaryIndexes"]
    }
    assert found == {
        "lists": (["list_pk", "list_sk"], {"ProjectionType": "ALL"}),
        "due": (["due_pk", "due_sk"], {"ProjectionType": "KEYS_ONLY"}),
        "attention": (["attention_pk", "attention_sk"], {"ProjectionType": "ALL"}),
    }
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]


def test_the_bucket_is_private_encrypted_and_forgets_callbacks() -> None:
    bucket = properties("Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert "BucketEncryption" in bucket
    rules = {rule.get("Prefix"): rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules["callbacks/"]["ExpirationInDays"] == 90
    assert timedelta(days=rules["documents/"]["ExpirationInDays"]) == LIFE
    longest = max(earliest_erasure(rule, date(2026, 1, 1)) for rule in retention_rules())
    assert date(2026, 1, 1) + timedelta(days=rules["letters/"]["ExpirationInDays"]) >= longest
    (denial,) = properties("BucketPolicy")["PolicyDocument"]["Statement"]
    assert denial["Effect"] == "Deny"
    assert denial["Condition"] == {"Bool": {"aws:SecureTransport": False}}


def test_whoever_sends_letters_may_read_what_was_sent() -> None:
    """Without it, S3 says of every letter that there is none, and a restored table sends some twice."""
    (policy,) = properties("DeliverOutboxRole")["Policies"]
    allowed = {
        (action, resource["Fn::Sub"])
        for statement in policy["PolicyDocument"]["Statement"]
        if "Action" in statement
        for action in aslist(statement["Action"])
        for resource in aslist(statement["Resource"])
        if "Fn::Sub" in resource
    }
    letters = "${Bucket.Arn}/letters/*"
    assert {("s3:GetObject", letters), ("s3:PutObject", letters)} <= allowed


def aslist(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_test_mode_is_refused_in_production() -> None:
    rule = TEMPLATE_["Rules"]["ProductionIsLive"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "Stage"}, "production"]}
    assert [a["Assert"] for a in rule["Assertions"]] == [{"Fn::Equals": [{"Ref": "Mode"}, "live"]}]
    assert TEMPLATE_["Parameters"]["Mode"]["Default"] == "live"


def test_what_only_a_test_may_do_is_bound_to_the_test_mode() -> None:
    variables = TEMPLATE_["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["FORDRING_SANDBOX_URL"]["Fn::If"][0] == "TestMode"
    assert variables["FORDRING_SANDBOX_URL"]["Fn::If"][2] == {"Ref": "AWS::NoValue"}


def test_seven_functions_on_arm64_with_published_aliases() -> None:
    shared = TEMPLATE_["Globals"]["Function"]
    assert shared["Runtime"] == "python3.13"
    assert shared["Architectures"] == ["arm64"]
    assert shared["AutoPublishAlias"] == "live"
    assert shared["LoggingConfig"]["LogFormat"] == "JSON"
    found = {name: p["Properties"]["CodeUri"] for name, p in of("AWS::Serverless::Function").items()}
    assert found == {logical: f"functions/{name}" for name, logical in FUNCTIONS.items()}
    for logical in found:
        assert not {"Runtime", "Architectures", "AutoPublishAlias", "Layers"} & set(properties(logical)), (
            logical
        )
    (layer,) = of("AWS::Serverless::LayerVersion").values()
    assert layer["Properties"]["CompatibleArchitectures"] == ["arm64"]
    assert layer["Metadata"]["BuildMethod"] == "makefile"


def test_snapstart_on_what_people_and_agencies_wait_for() -> None:
    started = {name for name, logical in FUNCTIONS.items() if "SnapStart" in properties(logical)}
    assert started == {"submit_case", "poll_status", "register_invoice", "payment_webhook"}


def test_the_api_logs_and_limits() -> None:
    api = properties("Api")
    assert {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= set(api["DefaultRouteSettings"])
    fields = json.loads(api["AccessLogSettings"]["Format"])
    # a path may hold a callback's token, and a user agent or address is personal
    assert not any(word in value for value in fields.values() for word in ("path", "Ip", "userAgent"))


def test_every_route_is_explicit() -> None:
    found = routes()
    assert found["$default"] == "poll_status"
    assert not [key for key in found if "+}" in key or "ANY" in key]
    assert {name for key, name in found.items() if key.startswith("GET ")} == {"poll_status"}
    assert {name for key, name in found.items() if "/callbacks/" in key} == {"payment_webhook"}
    assert set(found.values()) == set(FUNCTIONS) - {"hourly_sync", "deliver_outbox"}


@pytest.mark.parametrize("name", sorted(name for name in of("AWS::SQS::Queue") if name.endswith("Queue")))
def test_every_queue_that_is_worked_on_has_dead_letters(name: str) -> None:
    if name == "FailuresQueue":
        return
    redrive = properties(name)["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"]["Fn::GetAtt"][0] == name.replace("Queue", "DeadLetters")
    assert properties(name)["SqsManagedSseEnabled"] is True


def events(kind: str) -> dict[str, dict[str, Any]]:
    return {
        f"{logical}.{name}": event["Properties"]
        for logical in of("AWS::Serverless::Function")
        for name, event in properties(logical).get("Events", {}).items()
        if event["Type"] == kind
    }


def test_queues_are_worked_on_within_limits_and_message_by_message() -> None:
    found = events("SQS")
    assert len(found) == 4
    for name, event in found.items():
        assert event["ScalingConfig"]["MaximumConcurrency"], name
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


def test_the_stream_hands_over_new_work_only_and_reports_failures() -> None:
    (stream,) = events("DynamoDB").values()
    patterns = [json.loads(f["Pattern"]) for f in stream["FilterCriteria"]["Filters"]]
    work, test_fire, replay = patterns
    assert work["eventName"] == test_fire["eventName"] == ["INSERT"]
    assert set(work["dynamodb"]["NewImage"]["kind"]["S"]) == {
        "command",
        "gathering",
        "dispatch",
        "email",
        "event",
        "job",
        "letter",
        "sync_request",
    }
    assert test_fire["dynamodb"]["NewImage"]["data"]["M"]["event_type"]["S"] == ["webhook.test"]
    assert replay["eventName"] == ["MODIFY"]
    assert replay["dynamodb"]["NewImage"]["kind"]["S"] == ["delivery"]
    assert replay["dynamodb"]["NewImage"]["data"]["M"]["step"]["N"] == ["0"]
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["MaximumRetryAttempts"] > 0
    assert names_queue(stream["DestinationConfig"]["OnFailure"]["Destination"], "FailuresQueue")


def test_what_ses_tells_of_letters_comes_to_the_outbox_as_ids_only() -> None:
    destination = properties("MailEventsToBus")["EventDestination"]
    assert set(destination["MatchingEventTypes"]) == {"send", "reject", "bounce"}
    rule = properties("MailEventsRule")
    assert rule["EventPattern"]["detail"]["mail"]["tags"] == {
        "ses:configuration-set": [{"Ref": "MailEvents"}]
    }
    (target,) = rule["Targets"]
    assert names_queue(target["Arn"], "AgencyQueue")
    assert names_queue(target["DeadLetterConfig"]["Arn"], "FailuresQueue")
    transformer = target["InputTransformer"]
    message = transformer["InputTemplate"]
    for name in transformer["InputPathsMap"]:
        message = message.replace(f"<{name}>", f'"{name}"')
    assert json.loads(message) == {"mail_event": "event", "invoice": "invoice", "letter": "letter"}
    assert {RESOURCES[name]["Condition"] for name in RESOURCES if name.startswith("MailEvents")} == {
        "SendsMail"
    }


def test_schedules_have_a_target_for_failures() -> None:
    found = events("ScheduleV2")
    sources = {json.loads(event["Input"])["source"] for event in found.values()}
    assert sources == {"fordring.hourly", "fordring.sweep"}
    for name, event in found.items():
        assert names_queue(event["DeadLetterConfig"]["Arn"], "FailuresQueue"), name
        assert "RetryPolicy" in event, name


def test_what_is_invoked_asynchronously_has_a_target_for_failures() -> None:
    scheduled = {name.partition(".")[0] for name in events("ScheduleV2")}
    for logical in scheduled:
        target = properties(logical)["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
        assert names_queue(target["Destination"], "FailuresQueue"), logical


def test_whoever_reports_failures_may_write_to_the_queue() -> None:
    # SAM grants this to roles that it makes itself only
    for role in ("HourlySyncRole", "DeliverOutboxRole", "ScheduleRole"):
        statements = properties(role)["Policies"][0]["PolicyDocument"]["Statement"]
        granted = [s for s in statements if s.get("Action") == "sqs:SendMessage"]
        assert any(names_queue(s["Resource"], "FailuresQueue") for s in granted), role


def test_an_alarm_for_each_symptom() -> None:
    alarms = of("AWS::CloudWatch::Alarm")
    for name, alarm in alarms.items():
        assert alarm["Properties"]["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        assert alarm["Properties"]["TreatMissingData"] in ("breaching", "notBreaching"), name
    text = json.dumps(alarms)
    queues = of("AWS::SQS::Queue")
    for queue in queues:
        assert f'["{queue}", "QueueName"]' in text, f"nobody is told about {queue}"
    for metric in ("IteratorAge", "5xx", "Errors", "Throttles", "ApproximateAgeOfOldestMessage", "Latency"):
        assert f'"{metric}"' in text, metric
    for metric in ("Errors", "Throttles"):
        watched = [a for a in alarms.values() if f'"MetricName": "{metric}"' in json.dumps(a)]
        assert all(f'"Ref": "{logical}"' in json.dumps(watched) for logical in FUNCTIONS.values()), metric


def test_logs_are_not_kept_for_ever() -> None:
    groups = of("AWS::Logs::LogGroup")
    assert set(groups) == {"FunctionLog", "AccessLog"}
    assert all("RetentionInDays" in group["Properties"] for group in groups.values())


def test_what_an_operator_needs_is_an_output() -> None:
    assert {"ApiUrl", "TableName", "BucketName", "KeyId", "FailuresQueueUrl"} <= set(TEMPLATE_["Outputs"])


def test_the_template_is_read_from_the_repository() -> None:
    assert TEMPLATE.name == "template.yaml"


def test_only_one_machine_lets_webhooks_go_to_itself() -> None:
    rule = TEMPLATE_["Rules"]["OneMachineIsTest"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "OneMachine"}, "true"]}
    assert TEMPLATE_["Parameters"]["OneMachine"]["Default"] == "false"
    variables = TEMPLATE_["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["FORDRING_ALLOW_LOOPBACK"] == {
        "Fn::If": ["OnOneMachine", "true", {"Ref": "AWS::NoValue"}]
    }
