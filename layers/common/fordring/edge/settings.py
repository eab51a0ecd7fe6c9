"""What the environment says, read once at first use and checked as a whole.

The template sets these variables; a function that has no business with a queue or a key does not get it.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache
from typing import Final, Literal, cast
from urllib.parse import urlsplit

from fordring.domain.values import dataclass

type Mode = Literal["live", "test"]
type Part = Literal[
    "bucket",
    "key_id",
    "agency_queue",
    "webhook_queue",
    "sync_queue",
    "job_queue",
    "public_url",
    "sandbox_url",
    "agency_workers",
    "mail_sender",
    "mail_events",
]

PREFIX: Final = "FORDRING_"


class SettingsError(Exception):
    """The environment is wrong. The message names every variable that is at fault, and what it must be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one function of one tenant's stack.

    Parameters
    ----------
    table
        Name of the DynamoDB table.
    tenant, stage
        Whose stack this is, and whether it is ``production``, ``staging`` or ``development``.
    mode
        ``test`` has a clock that can be moved; a production stage is always ``live``.
    bucket, key_id, agency_queue, webhook_queue, sync_queue, job_queue
        Names and URLs of what only some functions use; see ``need``.
    public_url
        Where agencies reach the API; ``None``: at the address at which it was called.
    agency_urls
        Where each agency's interface begins, by its name, without a slash at the end.
    sandbox_url
        Where the sandbox agencies are, in test mode; without a slash at the end.
    agency_workers
        How many of this function run at the same time and speak to agencies; they share the limit.
    mail_sender
        From whom e-mails come; ``None``: those to agencies are sent by hand, and debtors get none.
    mail_events
        The configuration set in SES whose events tell what became of letters to debtors.
    allow_loopback
        Whether webhooks may go to this machine, and then without TLS: a local run.
    """

    table: str
    tenant: str
    stage: str
    mode: Mode
    bucket: str | None = None
    key_id: str | None = None
    agency_queue: str | None = None
    webhook_queue: str | None = None
    sync_queue: str | None = None
    job_queue: str | None = None
    public_url: str | None = None
    agency_urls: Mapping[str, str] = field(default_factory=dict)
    sandbox_url: str | None = None
    agency_workers: str | None = None
    mail_sender: str | None = None
    mail_events: str | None = None
    allow_loopback: bool = False

    @property
    def live(self) -> bool:
        """Whether real time and real money are dealt with."""
        return self.mode == "live"

    def need(self, part: Part) -> str:
        """Give a setting that this function cannot do without.

        Raises
        ------
        SettingsError
            When the template does not give it to this function.
        """
        value: str | None = getattr(self, part)
        if value is None:
            raise SettingsError(f"{PREFIX}{part.upper()} is not set, and this function needs it")
        return value


@cache
def settings() -> Settings:
    """Give this process's settings; the environment is read at the first call only.

    Raises
    ------
    SettingsError
        When a variable is missing or wrong.
    """
    return read_settings(os.environ)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read settings from variables; an empty variable counts as not set.

    Raises
    ------
    SettingsError
        With a line for each variable that is missing, wrong, or not allowed in live mode.
    """
    found = {name: environment[PREFIX + name.upper()].strip() for name in _ALL if _is_set(environment, name)}
    wrong = [f"{PREFIX}{name.upper()} is missing" for name in _REQUIRED if name not in found]
    for name, value in found.items():
        expected = _CHECKS[name](value)
        if expected:
            wrong.append(f"{PREFIX}{name.upper()} must be {expected}")
    if found.get("mode") == "test" and found.get("stage") == "production":
        wrong.append(f"{PREFIX}MODE must be live when {PREFIX}STAGE is production")
    if found.get("mode") == "live":
        wrong.extend(
            f"{PREFIX}{name.upper()} is for the test mode and must not be set in live mode"
            for name in _TEST_ONLY
            if found.get(name, "false") != "false"
        )
        wrong.extend(
            f"{PREFIX}{name.upper()} must begin with https:// in live mode"
            for name in ("public_url", "agency_urls")
            if "http://" in found.get(name, "")
        )
    if wrong:
        raise SettingsError("; ".join(wrong))
    return Settings(
        table=found["table"],
        tenant=found["tenant"],
        stage=found["stage"],
        mode=cast("Mode", found["mode"]),
        agency_urls=_addresses(found.get("agency_urls", "")),
        allow_loopback=found.get("allow_loopback") == "true",
        **{name: found.get(name) for name in _OPTIONAL},
    )


type _Check = Callable[[str], str | None]


def _is_set(environment: Mapping[str, str], name: str) -> bool:
    return bool(environment.get(PREFIX + name.upper(), "").strip())


def _one_of(*allowed: str) -> _Check:
    return lambda value: None if value in allowed else f"one of {', '.join(allowed)}"


def _like(pattern: str, expected: str) -> _Check:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: None if compiled.fullmatch(value) else expected


def _url(value: str) -> str | None:
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        good = good and (parts.port or 1) > 0 and not parts.query and not parts.fragment
    except ValueError:
        good = False
    return None if good and not value.endswith("/") else "a URL without credentials and a slash at the end"


def _addresses(value: str) -> dict[str, str]:
    """Read ``name=url,name=url``."""
    return {name: url for name, _, url in (pair.partition("=") for pair in value.split(",") if pair)}


def _agency_urls(value: str) -> str | None:
    pairs = value.split(",")
    good = all(_AGENCY.fullmatch(pair) and _url(pair.partition("=")[2]) is None for pair in pairs)
    if good and len(_addresses(value)) == len(pairs):
        return None
    return "agency=URL, with commas between, each URL without credentials and a slash at the end"


_REQUIRED: Final = ("table", "tenant", "stage", "mode")
_OPTIONAL: Final[tuple[Part, ...]] = (
    "bucket",
    "key_id",
    "agency_queue",
    "webhook_queue",
    "sync_queue",
    "job_queue",
    "public_url",
    "sandbox_url",
    "agency_workers",
    "mail_sender",
    "mail_events",
)
_TEST_ONLY: Final = ("sandbox_url", "allow_loopback")
_ALL: Final = (*_REQUIRED, *_OPTIONAL, "agency_urls", "allow_loopback")
_AGENCY: Final = re.compile(r"[a-z][a-z_]*=\S+", re.ASCII)
_QUEUE: Final = _like(r"https?://\S+", "the URL of a queue")
_CHECKS: Final[Mapping[str, _Check]] = {
    "table": _like(r"[A-Za-z0-9_.-]{3,255}", "the name of a DynamoDB table"),
    "tenant": _like(r"[a-z][a-z0-9-]{1,30}", "2 to 31 small letters, digits and hyphens"),
    "stage": _one_of("production", "staging", "development"),
    "mode": _one_of("live", "test"),
    "bucket": _like(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket"),
    "key_id": _like(r"\S{1,2048}", "the id or ARN of a KMS key"),
    "agency_queue": _QUEUE,
    "webhook_queue": _QUEUE,
    "sync_queue": _QUEUE,
    "job_queue": _QUEUE,
    "public_url": _url,
    "agency_urls": _agency_urls,
    "sandbox_url": _url,
    "agency_workers": _like(r"[1-9][0-9]{0,3}", "a number from 1 to 9999"),
    "mail_sender": _like(r"[^@\s<>]{1,64}@[a-z0-9.-]{1,189}", "an e-mail address"),
    "mail_events": _like(r"[A-Za-z0-9_-]{1,64}", "the name of a configuration set in SES"),
    "allow_loopback": _one_of("true", "false"),
}
