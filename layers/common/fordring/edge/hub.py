"""The hub put together: settings, store, clocks, agencies; made once per process, at first use."""

import secrets
import time
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fordring.domain import things
from fordring.domain.errors import NotFound
from fordring.domain.ids import RandomIds
from fordring.domain.values import dataclass
from fordring.edge.settings import Settings, settings
from fordring.usecases.store_port import Stored
from fordring.usecases.work import BusinessClock, Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fordring.domain.agency import Capabilities
    from fordring.domain.agency_port import Agency
    from fordring.domain.refs import Ref
    from fordring.domain.transport import Http
    from fordring.edge.files import S3Files
    from fordring.edge.http import HttpClient
    from fordring.edge.mail import SesMail
    from fordring.store.repository import Repository
    from fordring.usecases.sealed import Vault
    from fordring.usecases.transmitting import Administrators


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)

    def pause(self, duration: timedelta) -> None:
        """Wait."""
        time.sleep(duration.total_seconds())


class LiveClock:
    """Business time is real time; nothing is read for it."""

    refs: "tuple[Ref[Any], ...]" = ()

    def __init__(self, wall: SystemClock) -> None:
        self._wall = wall

    def now(self, read: "Mapping[Ref[Any], Stored]") -> datetime:
        """Tell real time."""
        del read
        return self._wall.now()


class MovableClock:
    """Business time is the test clock once it is set, read along with whatever else is read."""

    refs: "tuple[Ref[Any], ...]" = (things.TEST_CLOCK(),)

    def __init__(self, wall: SystemClock) -> None:
        self._wall = wall

    def now(self, read: "Mapping[Ref[Any], Stored]") -> datetime:
        """Tell the test clock's time, or real time while it was never set."""
        stored = read.get(things.TEST_CLOCK())
        clock: datetime = stored.value.now if stored is not None else self._wall.now()
        return clock


@dataclass()
class Hub:
    """Everything that a function works with. Parts that only some functions need are made when asked for."""

    settings: Settings
    store: "Repository"
    wall: SystemClock
    forget_connections: "Callable[[], None] | None" = None

    @cached_property
    def desk(self) -> Desk:
        """What use cases work with."""
        clock: BusinessClock = LiveClock(self.wall) if self.settings.live else MovableClock(self.wall)
        return Desk(self.store, RandomIds(secrets.randbits), self.wall, clock, secrets.randbits)

    @cached_property
    def vault(self) -> "Vault":
        """Where credentials and secrets are sealed and opened."""
        from fordring.edge.sealing import KmsSealer
        from fordring.usecases.sealed import Vault

        return Vault(KmsSealer(self.settings.need("key_id"), self.settings.tenant))

    @cached_property
    def mail(self) -> "SesMail":
        """Where e-mails to agencies and debtors go out."""
        from fordring.edge.mail import SesMail

        return SesMail(self.settings.mail_sender, self.settings.mail_events)

    @cached_property
    def files(self) -> "S3Files":
        """Where documents and received files are kept."""
        from fordring.edge.files import S3Files

        return S3Files(self.settings.need("bucket"))

    @cached_property
    def agency_http(self) -> "HttpClient":
        """The connections to agencies."""
        from fordring.edge.http import agency_http

        return agency_http()

    @cached_property
    def webhook_http(self) -> "HttpClient":
        """The connections to billing products' endpoints."""
        from fordring.edge.http import webhook_http

        return webhook_http(self.settings.allow_loopback)

    def renew(self) -> None:
        """Let go of every connection and every opened secret: before a snapshot, and after its restore."""
        from fordring.edge import aws

        aws.renew()
        if self.forget_connections is not None:
            self.forget_connections()
        for name in ("agency_http", "webhook_http"):
            if name in self.__dict__:
                self.__dict__[name].renew()
        for name in ("vault", "_adapters"):
            self.__dict__.pop(name, None)

    def files_at_need(self, name: str, body: bytes) -> None:
        """Keep a file."""
        self.files.put(name, body)

    def agency(self, name: str) -> "Agency":
        """Give the adapter of an agency, the same one until connections are renewed.

        Raises
        ------
        NotFound
            When there is no such agency.
        """
        if name not in self._adapters:
            from fordring.agencies.registry import UnknownAgency, build

            base_url = self.settings.agency_urls.get(name, "")
            try:
                self._adapters[name] = build(name, self._http_for(name), base_url, self.wall.now)
            except UnknownAgency:
                raise NotFound from None
        return self._adapters[name]

    def _http_for(self, name: str) -> "Http":
        """Give the connections to an agency, at its pace in live mode."""
        workers = self.settings.agency_workers
        if not self.settings.live or workers is None:
            return self.agency_http
        from fordring.edge.pace import Paced, share_per_minute

        share = share_per_minute(self.capabilities(name).requests_per_minute, int(workers))
        return Paced(self.agency_http, share, self.wall)

    @cached_property
    def _adapters(self) -> "dict[str, Agency]":
        return {}

    @property
    def administrators(self) -> "Administrators":
        """Tell which agencies administer invoices."""
        from fordring.agencies.registry import ADMINISTRATORS
        from fordring.usecases.transmitting import Administrators

        return Administrators(ADMINISTRATORS, self.capabilities)

    def capabilities(self, name: str) -> "Capabilities":
        """Tell what an agency can do.

        Raises
        ------
        NotFound
            When there is no such agency.
        """
        from fordring.agencies.registry import UnknownAgency, capabilities

        try:
            return capabilities(name)
        except UnknownAgency:
            raise NotFound from None


_hub: Hub | None = None


def hub() -> Hub:
    """Give this process's hub."""
    global _hub  # noqa: PLW0603 - one per process, made at first use so that imports stay cheap
    if _hub is None:
        from fordring.edge import aws
        from fordring.store.dynamo import DynamoEngine
        from fordring.store.repository import Repository

        chosen = settings()
        engine = DynamoEngine(chosen.table)
        aws.adopt(engine.session)
        _hub = Hub(chosen, Repository(engine), SystemClock(), engine.forget_connections)
    return _hub


def use(other: Hub | None) -> None:
    """Put another hub in this process's place; ``None`` makes a new one at next use."""
    global _hub  # noqa: PLW0603 - the one place where tests and restores exchange it
    _hub = other
