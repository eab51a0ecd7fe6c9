"""What is sealed with which context."""

from datetime import timedelta

import pytest

from fordring.domain.agency import Credentials
from fordring.domain.agreement import Agreement, AgreementState, CallbackToken, SealedCredentials
from fordring.domain.agreement_settings import Settings
from fordring.domain.clock import utc
from fordring.domain.webhooks import Endpoint, EndpointSecret
from fordring.usecases.ports import CannotOpen
from fordring.usecases.sealed import Vault
from tests.fakes import MemorySealer

NOW = utc(2024, 5, 17)
FIRST = Credentials("20240", "hub", "første hemmelighet")
SECOND = Credentials("20240", "hub", "andre")


@pytest.fixture
def vault():
    return Vault(MemorySealer())


def sealed(vault, credentials, creditor="acme", agency="svea"):
    return SealedCredentials(vault.seal_credentials(creditor, agency, credentials), NOW)


def agreement(credentials, creditor="acme", agency="svea"):
    return Agreement(
        creditor, agency, 1, AgreementState.ACTIVE, Settings(), NOW, NOW, credentials=credentials
    )


def test_an_agreements_credentials(vault):
    assert vault.credentials_of(agreement(sealed(vault, FIRST))) == FIRST


def test_another_agreement_cannot_use_them(vault):
    for other in (agreement(sealed(vault, FIRST), "other"), agreement(sealed(vault, FIRST), agency="intrum")):
        with pytest.raises(CannotOpen):
            vault.credentials_of(other)


def test_no_credentials(vault):
    with pytest.raises(CannotOpen):
        vault.credentials_of(agreement(None))


@pytest.mark.parametrize("previous", [None, FIRST])
def test_a_callback_may_be_signed_with_the_current_or_the_previous_ones(vault, previous):
    token = CallbackToken(
        "acme", "svea", 1, sealed(vault, SECOND), sealed(vault, previous) if previous else None
    )
    assert vault.credentials_of_token(token) == ((SECOND, FIRST) if previous else (SECOND,))


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
