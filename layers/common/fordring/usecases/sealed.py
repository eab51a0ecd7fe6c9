"""What is sealed, and in which context: credentials of an agreement, secrets of a webhook endpoint."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime

from fordring.domain.agency import Credentials
from fordring.domain.agreement import Agreement, CallbackToken, SealedCredentials
from fordring.domain.webhooks import Endpoint
from fordring.usecases.ports import CannotOpen, Sealer


class Vault:
    """Seals and opens. The context names the owner, so that one owner's secret is useless as another's."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal_credentials(self, creditor_id: str, agency: str, credentials: Credentials) -> str:
        """Seal an agency's credentials for a creditor's agreement."""
        return self._sealer.seal(_plaintext(credentials), _agreement_context(creditor_id, agency))

    def credentials_of(self, agreement: Agreement) -> Credentials:
        """Open an agreement's current credentials.

        Raises
        ------
        CannotOpen
            When there are none, or they were sealed for something else.
        """
        if agreement.credentials is None:
            raise CannotOpen("the agreement has no credentials")
        opened = self._credentials(agreement.creditor_id, agreement.agency, agreement.credentials)
        return _numbered(opened, agreement.contract_number)

    def credentials_of_token(self, token: CallbackToken) -> tuple[Credentials, ...]:
        """Open the credentials that a callback may be signed with, the current ones first."""
        sealed = (token.credentials, token.previous_credentials)
        opened = (self._credentials(token.creditor_id, token.agency, one) for one in sealed if one)
        return tuple(_numbered(one, token.contract_number) for one in opened)

    def seal_secret(self, endpoint_id: str, secret: str) -> str:
        """Seal a signing secret for a webhook endpoint."""
        return self._sealer.seal(secret.encode(), {"endpoint": endpoint_id})

    def secrets_of(self, endpoint: Endpoint, now: datetime) -> tuple[str, ...]:
        """Open the secrets that sign an endpoint's webhooks at this real time, the newest first."""
        return tuple(
            self._sealer.open(secret.sealed, {"endpoint": endpoint.endpoint_id}).decode()
            for secret in endpoint.secrets
            if secret.expires_at is None or now < secret.expires_at
        )

    def _credentials(self, creditor_id: str, agency: str, sealed: SealedCredentials) -> Credentials:
        plaintext = self._sealer.open(sealed.sealed, _agreement_context(creditor_id, agency))
        return Credentials(*json.loads(plaintext))


def _numbered(credentials: Credentials, contract_number: str | None) -> Credentials:
    """Complete credentials by the number that the agency told when it activated the contract."""
    if credentials.customer_number or contract_number is None:
        return credentials
    return replace(credentials, customer_number=contract_number)


def credentials_digest(credentials: Credentials, salt: str) -> str:
    """Digest credentials so that the same ones are recognised, and nobody tries passwords out against it.

    scrypt at 16 MB and about 50 ms (RFC 7914); the salt is random and stands before the digest.
    """
    digest = hashlib.scrypt(_plaintext(credentials), salt=salt.encode(), n=2**14, r=8, p=1, dklen=32)
    return f"{salt}${digest.hex()}"


def is_same(sealed: SealedCredentials, credentials: Credentials) -> bool:
    """Whether these are the credentials that were sealed, as far as their digest tells."""
    if sealed.digest is None:
        return False
    salt, _, _ = sealed.digest.partition("$")
    return hmac.compare_digest(sealed.digest, credentials_digest(credentials, salt))


def _plaintext(credentials: Credentials) -> bytes:
    parts = [credentials.customer_number, credentials.user_name, credentials.password]
    return json.dumps(parts, ensure_ascii=False).encode()


def _agreement_context(creditor_id: str, agency: str) -> dict[str, str]:
    return {"creditor": creditor_id, "agency": agency}
