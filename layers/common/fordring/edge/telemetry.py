"""Logs and metrics: what an operator sees, and nothing that is about a person.

A log line is a code and fields from a closed list of names, whose values look like ids, codes or numbers:
a name, an address, a text or a body does not get through, whoever tries. An exception is logged by its
type and place, because its message may quote what it choked on.
"""

import functools
import logging
import os
import re
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from fordring.edge.described_errors import described, type_name
from fordring.edge.settings import SettingsError, settings

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics

type Value = str | int | bool | None

FIELDS: Final = frozenset(
    {
        # what it is about
        "agency",
        "attention_id",
        "case_id",
        "command",
        "credit_note_id",
        "creditor_id",
        "debtor_id",
        "delivery_id",
        "dispatch_id",
        "email_id",
        "endpoint_id",
        "event_id",
        "event_type",
        "external_id",
        "invoice_id",
        "job_id",
        "key_id",
        "letter_id",
        "message_id",
        "order_id",
        "parent",
        "payment_id",
        "seq",
        "settlement_id",
        "subject_id",
        # what happened
        "attempt",
        "code",
        "count",
        "due_at",
        "epoch",
        "failed",
        "line",
        "milliseconds",
        "mode",
        "outcome",
        "page",
        "parked",
        "position",
        "queue",
        "reason",
        "replayed",
        "retry_after",
        "route",
        "run_id",
        "sent",
        "stage",
        "state",
        "status",
        "step",
        # where it came from
        "correlation_id",
        "request_id",
    }
)
"""Every field that a log line may have. None of them is for free text."""


class Count(StrEnum):
    """What is counted; also the names of the metrics, in the namespace ``Fordring``."""

    CASE_REGISTERED = "CaseRegistered"
    CASE_REJECTED = "CaseRejected"
    COMMAND_DONE = "CommandDone"
    COMMAND_IN_DOUBT = "CommandInDoubt"
    COMMAND_DEAD = "CommandDead"
    AGENCY_STATUS_UNKNOWN = "AgencyStatusUnknown"
    CALLBACK_APPLIED = "CallbackApplied"
    CALLBACK_REFUSED = "CallbackRefused"
    CALLBACK_PARKED = "CallbackParked"
    PAYMENT_UNMATCHED = "PaymentUnmatched"
    LEDGER_DRIFT = "LedgerDrift"
    SYNC_FAILED = "SyncFailed"
    WEBHOOK_DELIVERED = "WebhookDelivered"
    WEBHOOK_FAILED = "WebhookFailed"
    WEBHOOK_DEAD = "WebhookDead"
    WEBHOOK_DISABLED = "WebhookDisabled"
    UNHANDLED_ERROR = "UnhandledError"


class FieldRefused(Exception):
    """A log line wanted to carry something that no log may hold. Raised outside of Lambda only."""


class FunctionFailed(Exception):
    """An error that a function did not answer itself; its message is a type's name."""


_CODE: Final = re.compile(r"[a-z][a-z0-9_.]{0,63}", re.ASCII)
_VALUE: Final = re.compile(r"((GET|PUT|POST|PATCH|DELETE) /)?[A-Za-z0-9._:/#{}+=,$-]{0,200}", re.ASCII)
_CORRELATION: Final = re.compile(r"[A-Za-z0-9._:-]{8,128}", re.ASCII)


class Log:
    """Structured lines, one JSON object each, through Powertools' Logger.

    Parameters
    ----------
    strict
        Whether a refused field raises. Otherwise it is left out, and the line says so in ``refused``:
        logging must not break what it tells about.
    """

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict

    def debug(self, code: str, /, **fields: Value) -> None:
        """Tell what only somebody who looks for a fault wants to know."""
        self._write("debug", code, fields)

    def info(self, code: str, /, **fields: Value) -> None:
        """Tell what happened. ``code`` is a constant in snake case; ``fields`` are of ``FIELDS``."""
        self._write("info", code, fields)

    def warning(self, code: str, /, **fields: Value) -> None:
        """Tell what went wrong and is dealt with."""
        self._write("warning", code, fields)

    def error(self, code: str, /, **fields: Value) -> None:
        """Tell what went wrong and needs somebody."""
        self._write("error", code, fields)

    def failure(self, code: str, error: BaseException, /, **fields: Value) -> None:
        """Tell of an exception by its types and places, down to its causes, without any message."""
        self._write("error", code, fields, {"error": described(error)})

    def bind(self, **fields: Value) -> None:
        """Put fields on every further line of this invocation."""
        allowed, _ = self._allowed(fields)
        _logger().append_keys(**allowed)

    def _write(
        self, level: str, code: str, fields: dict[str, Value], extra: dict[str, Any] | None = None
    ) -> None:
        if not _CODE.fullmatch(code):
            if self.strict:
                raise FieldRefused("a log line begins with a code in snake case")
            code = "malformed_code"
        allowed, refused = self._allowed(fields)
        line: dict[str, Any] = allowed | (extra or {})
        if refused:
            line["refused"] = refused
        # The place that is told is the one that called info(), warning() and so on.
        getattr(_logger(), level)(code, extra=line, stacklevel=4)

    def _allowed(self, fields: dict[str, Value]) -> tuple[dict[str, Value], list[str]]:
        allowed = {name: value for name, value in fields.items() if name in FIELDS and _may_be_seen(value)}
        refused = sorted(fields.keys() - allowed.keys())
        if refused and self.strict:
            raise FieldRefused(f"not for a log: {', '.join(refused)}")
        return allowed, refused


log: Final = Log(strict="AWS_LAMBDA_FUNCTION_NAME" not in os.environ)
"""The log of this process. In Lambda it never raises; elsewhere, as in tests, it is strict."""


def count(what: Count, value: int = 1) -> None:
    """Add to a metric; it is sent at the end of the invocation, with tenant, stage and function."""
    _metrics().add_metric(what, "Count", value)


def observed[R](handle: Callable[[dict[str, Any], Any], R]) -> Callable[[dict[str, Any], Any], R]:
    """Wrap a function's handler: fresh logger state, correlation, metrics, and no message in an error.

    An exception that escapes is logged by type and place, and raised again as ``FunctionFailed`` without
    its message, so that Lambda's own report of it holds nothing personal either.
    """

    @functools.wraps(handle)
    def observing(event: dict[str, Any], context: Any) -> R:
        _begin(event, context)
        try:
            return handle(event, context)
        except Exception as error:  # noqa: BLE001  raised again, without what it says
            log.failure("unhandled_error", error)
            with suppress(SettingsError):  # then that is the error
                count(Count.UNHANDLED_ERROR)
            raise FunctionFailed(type_name(error)) from None
        finally:
            flush()

    return observing


def flush() -> None:
    """Send the metrics that were counted, if there are any."""
    if _metrics.cache_info().currsize and _metrics().metric_set:
        _metrics().flush_metrics()


_cold = True


def _begin(event: dict[str, Any], context: Any) -> None:
    global _cold  # noqa: PLW0603  the one thing that is about the process itself
    logger = _logger()
    logger.clear_state()
    if _metrics.cache_info().currsize:
        _metrics().clear_metrics()
    logger.append_keys(function_request_id=getattr(context, "aws_request_id", None), cold_start=_cold)
    _cold = False
    told = (event.get("requestContext") or {}).get("requestId") if isinstance(event, dict) else None
    if isinstance(told, str) and _may_be_seen(told):
        headers = event.get("headers") or {}
        given = headers.get("x-correlation-id", "")
        correlation = given if _CORRELATION.fullmatch(given) else told
        log.bind(request_id=told, correlation_id=correlation)


@functools.cache
def _logger() -> "Logger":
    from aws_lambda_powertools import Logger

    made = Logger(utc=True, use_rfc3339=True, serialize_stacktrace=False)
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        for handler in logging.root.handlers:
            handler.addFilter(_hide_foreign)
    return made


@functools.cache
def _metrics() -> "Metrics":
    from aws_lambda_powertools import Metrics

    made = Metrics(namespace="Fordring")
    made.set_default_dimensions(tenant=settings().tenant, stage=settings().stage)
    return made


def _may_be_seen(value: object) -> bool:
    if value is None or isinstance(value, bool | int):
        return True
    return isinstance(value, str) and _VALUE.fullmatch(value) is not None


def _hide_foreign(record: logging.LogRecord) -> bool:
    """Keep the place and the level of what libraries log, and none of the text."""
    kind = record.exc_info[0] if record.exc_info else None
    record.msg = f"foreign_log {record.name}:{record.funcName}" + (f" {kind.__name__}" if kind else "")
    record.args = None
    record.exc_info = record.exc_text = record.stack_info = None
    return True
