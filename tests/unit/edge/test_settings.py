"""What the environment must say."""

import pytest

from fordring.edge.settings import Settings, SettingsError, read_settings, settings

LIVE = {
    "FORDRING_TABLE": "fordring-acme-Table-1",
    "FORDRING_TENANT": "acme",
    "FORDRING_STAGE": "production",
    "FORDRING_MODE": "live",
}
TEST = LIVE | {"FORDRING_STAGE": "development", "FORDRING_MODE": "test"}


def test_the_least_that_is_needed():
    found = read_settings(LIVE)
    assert found == Settings("fordring-acme-Table-1", "acme", "production", "live")
    assert found.live
    assert not found.allow_loopback


def test_everything():
    found = read_settings(
        TEST
        | {
            "FORDRING_BUCKET": "acme-files",
            "FORDRING_KEY_ID": "arn:aws:kms:eu-north-1:123456789012:key/1",
            "FORDRING_AGENCY_QUEUE": "https://sqs.eu-north-1.amazonaws.com/123456789012/agency",
            "FORDRING_WEBHOOK_QUEUE": "http://127.0.0.1:4566/000000000000/webhook",
            "FORDRING_SYNC_QUEUE": "http://127.0.0.1:4566/000000000000/sync",
            "FORDRING_JOB_QUEUE": "http://127.0.0.1:4566/000000000000/job",
            "FORDRING_PUBLIC_URL": "http://127.0.0.1:8080",
            "FORDRING_AGENCY_URLS": "svea=http://127.0.0.1:8090/svea,intrum=http://127.0.0.1:8090/intrum",
            "FORDRING_SANDBOX_URL": "http://127.0.0.1:8090",
            "FORDRING_ALLOW_LOOPBACK": "true",
            "SOMETHING_ELSE": "x",
        }
    )
    assert not found.live
    assert found.allow_loopback
    assert found.need("bucket") == "acme-files"
    assert found.agency_urls == {
        "svea": "http://127.0.0.1:8090/svea",
        "intrum": "http://127.0.0.1:8090/intrum",
    }


def test_every_fault_is_named_at_once():
    with pytest.raises(SettingsError) as caught:
        read_settings(
            {
                "FORDRING_TABLE": "x",
                "FORDRING_MODE": "demo",
                "FORDRING_STAGE": " ",
                "FORDRING_AGENCY_URLS": "https://svea.example",
                "FORDRING_ALLOW_LOOPBACK": "yes",
            }
        )
    assert str(caught.value).split("; ") == [
        "FORDRING_TENANT is missing",
        "FORDRING_STAGE is missing",
        "FORDRING_TABLE must be the name of a DynamoDB table",
        "FORDRING_MODE must be one of live, test",
        "FORDRING_AGENCY_URLS must be agency=URL, with commas between, "
        "each URL without credentials and a slash at the end",
        "FORDRING_ALLOW_LOOPBACK must be one of true, false",
    ]


@pytest.mark.parametrize(
    "url",
    ["https://a.example/", "https://u:p@a.example", "https://a.example?x=1", "https://", "https://a:port"],
)
def test_urls_that_are_none(url):
    with pytest.raises(SettingsError, match="FORDRING_PUBLIC_URL"):
        read_settings(LIVE | {"FORDRING_PUBLIC_URL": url})


@pytest.mark.parametrize(
    "urls",
    [
        "svea=https://a.example/",
        "svea=https://u:p@a.example",
        "svea=a.example",
        "svea=",
        "=https://a.example",
        "Svea=https://a.example",
        "svea=https://a.example,",
        "svea=https://a.example,svea=https://b.example",
        "svea=https://a.example, intrum=https://b.example",
    ],
)
def test_addresses_of_agencies_that_are_none(urls):
    with pytest.raises(SettingsError, match="FORDRING_AGENCY_URLS must be"):
        read_settings(LIVE | {"FORDRING_AGENCY_URLS": urls})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORDRING_ALLOW_LOOPBACK", "true"),
        ("FORDRING_SANDBOX_URL", "https://sandbox.example"),
        ("FORDRING_AGENCY_URLS", "svea=https://svea.example,intrum=http://intrum.example"),
        ("FORDRING_PUBLIC_URL", "http://hub.example"),
    ],
)
def test_live_mode_refuses_what_is_for_tests(name, value):
    with pytest.raises(SettingsError, match=f"{name} .*live mode"):
        read_settings(LIVE | {name: value})
    read_settings(TEST | {name: value})


def test_live_mode_may_say_no_to_loopback():
    assert not read_settings(LIVE | {"FORDRING_ALLOW_LOOPBACK": "false"}).allow_loopback


def test_a_production_stage_has_no_test_mode():
    with pytest.raises(SettingsError, match="FORDRING_MODE must be live"):
        read_settings(TEST | {"FORDRING_STAGE": "production"})


def test_what_a_function_needs_and_does_not_have_is_named():
    with pytest.raises(SettingsError, match="FORDRING_KEY_ID is not set"):
        read_settings(LIVE).need("key_id")


def test_the_environment_is_read_once(monkeypatch):
    settings.cache_clear()
    for name, value in LIVE.items():
        monkeypatch.setenv(name, value)
    first = settings()
    monkeypatch.setenv("FORDRING_TABLE", "another-table")
    assert settings() is first
    settings.cache_clear()
