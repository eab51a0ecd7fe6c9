"""Files in the stack's bucket: the port ``usecases.ports.Files`` on S3."""

import re
from typing import Final

from fordring.edge import aws
from fordring.usecases.ports import FileMissing

_NAME: Final = re.compile(
    r"(callbacks|documents|files|letters)(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}){1,6}", re.ASCII
)
# Without the permission to list, which no function has, S3 says 403 of a file that does not exist.
_MISSING: Final = frozenset({"404", "NoSuchKey", "AccessDenied", "403"})


class S3Files:
    """Keeps files in one bucket. Names hold ids only; the bucket encrypts, and ends what has an end."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def put(self, name: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Keep a file, as the port says.

        Raises
        ------
        ValueError
            When the name is not one of ours.
        Unavailable
            When S3 cannot be reached.
        """
        with aws.calling():
            aws.client("s3").put_object(
                Bucket=self._bucket, Key=_checked(name), Body=body, ContentType=content_type
            )

    def get(self, name: str) -> bytes:
        """Read a file, as the port says.

        Raises
        ------
        FileMissing
            When there is none.
        Unavailable
            When S3 cannot be reached.
        """
        from botocore.exceptions import ClientError

        try:
            with aws.calling():
                return aws.client("s3").get_object(Bucket=self._bucket, Key=_checked(name))["Body"].read()
        except ClientError as error:
            if aws.code_of(error) in _MISSING:
                raise FileMissing("there is no such file") from error
            raise


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("a file's name is a folder, callbacks, documents, files or letters, and ids")
    return name
