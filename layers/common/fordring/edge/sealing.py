"""Sealing with one KMS key for each stack: the port ``usecases.ports.Sealer`` on AWS.

Secrets are encrypted under the key itself, with an encryption context that names the tenant and the owner:
KMS refuses to decrypt in any other. What was opened is remembered for five minutes, in memory only.
"""

import time
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Final

from fordring.edge import aws
from fordring.usecases.ports import CannotOpen

LARGEST: Final = 4096
"""Bytes that KMS encrypts directly."""

REMEMBERED_SECONDS: Final = 300
REMEMBERED: Final = 500

_REFUSALS: Final = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class KmsSealer:
    """Seals and opens under a key of AWS KMS.

    Parameters
    ----------
    key_id
        Id or ARN of the key.
    tenant
        Part of every encryption context: the functions' roles may use the key in their tenant's only.
    """

    def __init__(self, key_id: str, tenant: str) -> None:
        self._key_id = key_id
        self._tenant = tenant
        self._lock = Lock()
        self._opened: OrderedDict[tuple[str, frozenset[tuple[str, str]]], _Opened] = OrderedDict()

    def seal(self, plaintext: bytes, context: Mapping[str, str]) -> str:
        """Encrypt, as the port says.

        Raises
        ------
        ValueError
            When it is longer than 4 kB.
        Unavailable
            When KMS cannot be reached.
        """
        if len(plaintext) > LARGEST:
            raise ValueError("what is sealed has 4096 bytes at most")
        with aws.calling():
            answer = aws.client("kms").encrypt(
                KeyId=self._key_id, Plaintext=plaintext, EncryptionContext=self._context(context)
            )
        return b64encode(answer["CiphertextBlob"]).decode()

    def open(self, sealed: str, context: Mapping[str, str]) -> bytes:
        """Decrypt, as the port says; at most once in five minutes for the same secret.

        Raises
        ------
        CannotOpen
            When it was not sealed so.
        Unavailable
            When KMS cannot be reached.
        """
        key = (sealed, frozenset(context.items()))
        with self._lock:
            known = self._opened.get(key)
            if known is not None and known.fresh():
                self._opened.move_to_end(key)
                return known.plaintext
            self._opened.pop(key, None)
        plaintext = self._decrypted(sealed, context)
        with self._lock:
            self._opened[key] = _Opened(plaintext)
            while len(self._opened) > REMEMBERED:
                self._opened.popitem(last=False)
        return plaintext

    def clear(self) -> None:
        """Forget every plaintext: before a snapshot, and after one was restored."""
        with self._lock:
            self._opened.clear()

    def _decrypted(self, sealed: str, context: Mapping[str, str]) -> bytes:
        try:
            blob = b64decode(sealed, validate=True)
        except (NotBase64, ValueError):
            raise CannotOpen("it is not base64") from None
        from botocore.exceptions import ClientError

        try:
            with aws.calling():
                answer = aws.client("kms").decrypt(
                    KeyId=self._key_id, CiphertextBlob=blob, EncryptionContext=self._context(context)
                )
        except ClientError as error:
            if aws.code_of(error) in _REFUSALS:
                raise CannotOpen("it was sealed for something else, or changed") from error
            raise
        return answer["Plaintext"]

    def _context(self, context: Mapping[str, str]) -> dict[str, str]:
        return {**context, "tenant": self._tenant}


class _Opened:
    """A plaintext, and when it was had, by two clocks: in a frozen function the monotonic one may stand."""

    __slots__ = ("_monotonic", "_wall", "plaintext")

    def __init__(self, plaintext: bytes) -> None:
        self.plaintext = plaintext
        self._monotonic = time.monotonic()
        self._wall = time.time()

    def fresh(self) -> bool:
        age = max(time.monotonic() - self._monotonic, abs(time.time() - self._wall))
        return age < REMEMBERED_SECONDS
