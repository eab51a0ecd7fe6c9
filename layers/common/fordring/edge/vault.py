"""The vault of a stack: secrets sealed under its KMS key."""

from fordring.edge.sealing import KmsSealer
from fordring.edge.settings import Settings
from fordring.usecases.sealed import Vault


def vault_of(settings: Settings) -> Vault:
    """Make the vault; KMS is asked at the first secret.

    Raises
    ------
    SettingsError
        When this function was given no key.
    """
    return Vault(KmsSealer(settings.need("key_id"), settings.tenant))
