"""Our signatures against the reference library, and the traps that the library has."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

from fordring.edge.standard_webhooks import NotVerified, new_secret, sign, verify

NOW = datetime(2024, 5, 17, 8, 0, 1, 999_000, tzinfo=UTC)
SECRET = new_secret(bytes(range(32)))
OTHER = new_secret(bytes(32))
BODY = b'{"type":"case.closed","timestamp":"2024-05-17T08:00:00Z","data":{"case_id":"case_1"}}'

texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    webhook_id=st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True),
    body=texts.map(str.encode),
    random=st.binary(min_size=24, max_size=64),
    at=st.integers(0, 4_102_444_800_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC)),
)
def test_the_reference_library_signs_the_same(webhook_id, body, random, at):
    secret = new_secret(random)
    headers = sign(webhook_id, at, body, [secret])
    library = standardwebhooks.Webhook(secret)
    assert headers["webhook-signature"] == library.sign(webhook_id, at.replace(microsecond=0), body.decode())
    assert headers["webhook-id"] == webhook_id
    assert headers["webhook-timestamp"] == str(int(at.timestamp()))


def test_the_reference_library_verifies_what_both_secrets_signed():
    headers = sign("dlv_1", datetime.now(UTC), BODY, [SECRET, OTHER])
    for secret in (SECRET, OTHER):
        assert standardwebhooks.Webhook(secret).verify(BODY, headers)["type"] == "case.closed"
        verify(headers, BODY, secret, datetime.now(UTC))
    assert headers["webhook-signature"].count("v1,") == 2


def test_what_the_reference_library_signs_is_verified():
    library = standardwebhooks.Webhook(SECRET)
    headers = {
        "webhook-id": "dlv_1",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": library.sign("dlv_1", NOW, BODY.decode()),
    }
    verify(headers, BODY, SECRET, NOW)


class TestRefusing:
    def test_a_time_that_is_not_utc_is_never_signed(self):
        for wrong in (NOW.replace(tzinfo=None), NOW.astimezone(timezone(timedelta(hours=2)))):
            with pytest.raises(ValueError, match="UTC"):
                sign("dlv_1", wrong, BODY, [SECRET])

    @pytest.mark.parametrize("webhook_id", ["", "a.b"])
    def test_an_id_that_would_make_the_signed_text_ambiguous(self, webhook_id):
        with pytest.raises(ValueError, match="id"):
            sign(webhook_id, NOW, BODY, [SECRET])

    @pytest.mark.parametrize("secrets", [[], [""], ["whsec_!"], [b64encode(bytes(32)).decode()]])
    def test_secrets_that_are_none(self, secrets):
        with pytest.raises(ValueError, match="secret"):
            sign("dlv_1", NOW, BODY, secrets)

    @pytest.mark.parametrize("size", [0, 23, 65])
    def test_secrets_of_another_length(self, size):
        with pytest.raises(ValueError, match="24 to 64"):
            new_secret(bytes(size))


class TestVerifying:
    headers = sign("dlv_1", NOW, BODY, [SECRET])

    def reason(self, now=NOW, body=BODY, secret=SECRET, **changed):
        headers = self.headers | {f"webhook-{name}": value for name, value in changed.items()}
        with pytest.raises(NotVerified) as caught:
            verify({k: v for k, v in headers.items() if v is not None}, body, secret, now)
        return caught.value.reason

    def test_the_limits_of_age(self):
        second = NOW.replace(microsecond=0)
        verify(self.headers, BODY, SECRET, second + timedelta(minutes=5))
        verify(self.headers, BODY, SECRET, second - timedelta(minutes=5))
        assert self.reason(now=second + timedelta(minutes=5, seconds=1)) == "too_old"
        assert self.reason(now=second - timedelta(minutes=5, seconds=1)) == "too_new"

    def test_anything_changed(self):
        assert self.reason(body=BODY + b" ") == "wrong_signature"
        assert self.reason(id="dlv_2") == "wrong_signature"
        assert self.reason(secret=OTHER) == "wrong_signature"
        assert self.reason(timestamp=str(int(NOW.timestamp()) + 1)) == "wrong_signature"

    @pytest.mark.parametrize("signature", ["", " ", "v1,", "v1", "v2,abc", "v1,é", "nonsense", "v1,====="])
    def test_malformed_signatures_are_refused_like_wrong_ones(self, signature):
        assert self.reason(signature=signature) == "wrong_signature"

    @pytest.mark.parametrize("name", ["id", "timestamp", "signature"])
    def test_missing_headers(self, name):
        assert self.reason(**{name: None}) == "missing_header"

    @pytest.mark.parametrize("timestamp", ["", "now", "-1", "1.5", "²", "9" * 40, "1_0"])
    def test_malformed_timestamps(self, timestamp):
        assert self.reason(timestamp=timestamp) == "malformed_timestamp"

    def test_another_scheme_beside_ours_does_no_harm(self):
        signature = "v1a,abc " + self.headers["webhook-signature"]
        verify(self.headers | {"webhook-signature": signature}, BODY, SECRET, NOW)
