"""The one botocore session of a process, and the clients that are made from it when they are needed.

A second session reads botocore's data again, for about 100 ms: the store hands its own over (``adopt``).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal, overload

from fordring.domain.errors import Unavailable

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

type Service = Literal["kms", "s3", "sesv2", "sqs"]

_READ_SECONDS: Final[dict[Service, int]] = {"kms": 3, "s3": 10, "sesv2": 10, "sqs": 3}
_ATTEMPTS: Final[dict[Service, int]] = {"sesv2": 1}
"""How often botocore tries by itself, where that is not three times: an e-mail would go out twice."""
_PASSING: Final = frozenset(
    {
        "DependencyTimeoutException",
        "InternalError",
        "InternalFailure",
        "KMSInternalException",
        "KeyUnavailableException",
        "RequestThrottled",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
    }
)
"""Codes that go away by themselves; botocore has tried them again already."""

_lock: Final = Lock()
_clients: Final[dict[Service, Any]] = {}
_adopted: list["Session"] = []


def adopt(session: "Session") -> None:
    """Use this session, the store's, from now on; clients that were made before stay."""
    with _lock:
        _adopted[:] = [session]


@overload
def client(service: Literal["kms"]) -> "KMSClient": ...
@overload
def client(service: Literal["s3"]) -> "S3Client": ...
@overload
def client(service: Literal["sesv2"]) -> Any: ...
@overload
def client(service: Literal["sqs"]) -> "SQSClient": ...
def client(service: Service) -> Any:
    """Give the client of a service, made at the first call."""
    with _lock:  # making clients is not safe in several threads, using them is
        if service not in _clients:
            from botocore.config import Config

            if not _adopted:
                from botocore.session import get_session

                _adopted.append(get_session())
            _clients[service] = _adopted[0].create_client(
                service,
                region_name=os.environ.get("AWS_REGION"),
                config=Config(
                    connect_timeout=1,
                    read_timeout=_READ_SECONDS[service],
                    retries={"mode": "standard", "total_max_attempts": _ATTEMPTS.get(service, 3)},
                    max_pool_connections=10,
                ),
            )
        return _clients[service]


def renew() -> None:
    """Forget every client with its connections: after a restore from a snapshot none of them is alive."""
    with _lock:
        for made in _clients.values():
            made.close()
        _clients.clear()


@contextmanager
def calling() -> Iterator[None]:
    """Tell failures that pass, as ``Unavailable``, from those that do not."""
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError

    try:
        yield
    except ClientError as error:
        if code_of(error) in _PASSING:
            raise Unavailable from error
        raise
    except (ConnectionError, HTTPClientError, IncompleteReadError) as error:
        raise Unavailable from error


def code_of(error: Any) -> str:
    """Give the code that AWS has answered with."""
    return str(error.response.get("Error", {}).get("Code", ""))
