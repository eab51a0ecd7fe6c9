"""What is sealed with which context."""

from datetime import timedelta

import pytest

from fordring.domain.agency import Credentials
from fordring.domain.agreement import SealedCredentials
from fordring.domain.clock import utc
from fordring.domain.webhooks import Endpoint, EndpointSecret
from fordring.usecases.ports import CannotOpen
from fordring.usecases.sealed import Vault
from tests.fakes import MemorySealer

NOW = utc(2024, 5, 17)
CREDENTIALS = Credentials("20240", "hub", "hemmelig ord")


@pytest.fixture
def vault():
    return Vault(MemorySealer())


def sealed(vault, credentials, creditor="acme", agency="svea"):
    return SealedCredentials(vault.seal_credentials(creditor, agency, credentials), NOW)


def test_an_agreements_credentials(vault):
    assert vault.credentials(sealed(vault, CREDENTIALS), "acme", "svea") == CREDENTIALS


@pytest.mark.parametrize(("creditor", "agency"), [("other", "svea"), ("acme", "intrum")])
def test_another_agreement_cannot_use_them(vault, creditor, agency):
    with pytest.raises(CannotOpen):
        vault.credentials(sealed(vault, CREDENTIALS), creditor, agency)


def test_no_credentials(vault):
    with pytest.raises(CannotOpen):
        vault.credentials(None, "acme", "svea")


def test_an_endpoints_secrets_until_they_expire(vault):
    def secret(text, expires_at=None, endpoint="end_1"):
        return EndpointSecret(vault.seal_secret(endpoint, text), NOW, expires_at)

    endpoint = Endpoint(
        "end_1",
        "https://hooks.example/",
        None,
        None,
        (secret("new"), secret("old", NOW + timedelta(hours=24)), secret("older", NOW)),
        NOW,
    )
    assert vault.secrets_of(endpoint, NOW) == ("new", "old")
    assert vault.secrets_of(endpoint, NOW + timedelta(hours=24)) == ("new",)
    foreign = Endpoint("end_1", "https://hooks.example/", None, None, (secret("x", endpoint="end_2"),), NOW)
    with pytest.raises(CannotOpen):
        vault.secrets_of(foreign, NOW)
