"""Which agencies there are, without loading any of them before it is needed."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Final, Protocol, cast

from fordring.domain.agency import Capabilities
from fordring.domain.agency_port import Agency
from fordring.domain.transport import Http


class Factory(Protocol):
    """Builds an adapter.

    ``now`` gives the real time, for signatures; ``base_url`` is where the agency's interface begins.
    """

    def __call__(self, http: Http, base_url: str, now: Callable[[], datetime]) -> Agency:
        """Build the adapter."""
        ...


class UnknownAgency(LookupError):
    """No adapter has that name."""


_MODULES: Final = {
    "cloud_collect": "fordring.agencies.cloud_collect",
    "intrum": "fordring.agencies.intrum",
    "svea": "fordring.agencies.svea",
}


ADMINISTRATORS: Final = ("svea",)
"""The agencies that administer invoices, known without loading any: each registration looks for them."""


def agency_names() -> tuple[str, ...]:
    """The names of all agencies, in alphabetical order."""
    return tuple(sorted(_MODULES))


def capabilities(name: str) -> Capabilities:
    """What an agency can do, without an adapter and its connection.

    Raises
    ------
    UnknownAgency
        When there is no such agency.
    """
    return cast(Capabilities, _member(name, "CAPABILITIES"))


def build(name: str, http: Http, base_url: str, now: Callable[[], datetime]) -> Agency:
    """Build the adapter of an agency.

    Raises
    ------
    UnknownAgency
        When there is no such agency.
    """
    return cast(Factory, _member(name, "build"))(http, base_url, now)


def _member(name: str, member: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise UnknownAgency(name)
    return getattr(import_module(module), member)
