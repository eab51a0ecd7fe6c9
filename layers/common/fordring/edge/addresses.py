"""Where a webhook may go: only to addresses that anybody on the internet could reach.

A billing product chooses its webhook's URL, so the hub could be made to call whatever stands beside it in
the network. Therefore the name is resolved once for each connection, every address that it has is judged,
and the connection goes to a judged address, never to the name again.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

from fordring.domain.errors import Fault

type Address = IPv4Address | IPv6Address
type Resolve = Callable[[str, int], Sequence[str]]
type Policy = Callable[[Address, bool], str | None]
"""Why an address is refused, given whether the exchange would be without TLS; ``None``: it is not."""

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_NOT_FOR_PUBLIC_NAMES: Final = (
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4: an IPv4 address in disguise
    IPv6Network("3fff::/20"),  # documentation
)
_METADATA: Final = frozenset({IPv4Address("168.63.129.16")})
"""Platform services that answer on a public address; the others are link-local or unique local."""

_ANY_PUBLIC: Final = IPv4Address("1.1.1.1")
_LONGEST_URL: Final = 2048


class NoAddress(Exception):
    """There is nothing to connect to. ``reason`` is a code: nothing has been sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet.

    Not public: private, loopback, link-local, shared (100.64.0.0/10), multicast, reserved, documentation,
    unspecified, and every IPv6 form that embeds an IPv4 address (mapped, compatible, 6to4, NAT64, Teredo):
    no public name needs one. IANA IPv4 and IPv6 Special-Purpose Address Registries.
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and address not in _METADATA
    return (
        address.scope_id is None
        and address in _GLOBAL_UNICAST
        and address.is_global
        and not any(address in network for network in _NOT_FOR_PUBLIC_NAMES)
    )


def anywhere(_address: Address, _plain: bool) -> str | None:
    """Let everything through: for agencies, whose addresses the operator sets."""
    return None


def public_only(address: Address, plain: bool) -> str | None:
    """Let TLS to public addresses through."""
    if plain:
        return "https_required"
    return None if is_public(address) else "address_not_public"


def public_or_loopback(address: Address, plain: bool) -> str | None:
    """Let TLS to public addresses through, and everything to this machine: for a local run."""
    return None if address.is_loopback else public_only(address, plain)


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of a name, in the order in which they should be tried."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def addresses_of(
    host: str,
    port: int,
    plain: bool,
    policy: Policy,
    *,
    seconds: float,
    resolve: Resolve = system_resolve,
) -> tuple[str, ...]:
    """Resolve a name once and give its addresses, all of which the policy lets through.

    One address that is refused refuses the name: a mixture is an attack or a mistake.

    Parameters
    ----------
    host, port
        As the URL has them; a literal address is judged in the same way.
    plain
        Whether the exchange would be without TLS.
    policy
        What judges each address.
    seconds
        How long the resolver may take.

    Raises
    ------
    NoAddress
        With reason ``name_not_resolved``, ``name_timeout`` or what the policy says.
    """
    found = tuple(_parsed(text) for text in _resolved(host, port, seconds, resolve))
    if not found:
        raise NoAddress("name_not_resolved")
    for address in found:
        reason = policy(address, plain)
        if reason is not None:
            raise NoAddress(reason)
    return tuple(str(address) for address in found)


def target_fault(url: str, pointer: str = "/url", *, allow_loopback: bool = False) -> Fault | None:
    """Say what is wrong with a webhook's URL as far as it can be told without asking the network.

    Parameters
    ----------
    url
        What the billing product wants to be called at.
    pointer
        Where it stood in the input.
    allow_loopback
        Whether this is a local run, which may call this machine and without TLS.
    """
    if len(url) > _LONGEST_URL or not url.isascii() or any(letter <= " " for letter in url):
        return Fault(pointer, "malformed_url", "the URL is ASCII without spaces, 2048 characters at most")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return Fault(pointer, "malformed_url", "the URL cannot be read")
    if not host or parts.scheme not in ("http", "https"):
        return Fault(pointer, "malformed_url", "the URL begins with https:// and a host name")
    if parts.username is not None or parts.password is not None:
        return Fault(pointer, "credentials_in_url", "a URL is stored and shown: it holds no credentials")
    if parts.fragment:
        return Fault(pointer, "malformed_url", "the URL has no fragment")
    policy = public_or_loopback if allow_loopback else public_only
    reason = policy(_address_of(host), parts.scheme == "http")
    return None if reason is None else Fault(pointer, reason, _DETAILS[reason])


_DETAILS: Final = {
    "https_required": "webhooks go over https only",
    "address_not_public": "webhooks go to addresses of the public internet only",
}


def _address_of(host: str) -> Address:
    """Take a literal address as it is, and a name for a public one: it is judged when it is connected to."""
    try:
        return ip_address(host)
    except ValueError:
        local = host == "localhost" or host.endswith(".localhost")
        return ip_address("127.0.0.1") if local else _ANY_PUBLIC


def _resolved(host: str, port: int, seconds: float, resolve: Resolve) -> Sequence[str]:
    try:
        return (str(ip_address(host)),)
    except ValueError:
        pass
    # The system's resolver cannot be interrupted, and a name server may be the attacker's own: the wait is
    # bounded here, and the thread ends by itself when the resolver gives up.
    answers: SimpleQueue[Sequence[str]] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except (OSError, UnicodeError):
            answers.put(())

    Thread(target=ask, name="resolve", daemon=True).start()
    try:
        return answers.get(timeout=max(seconds, 0))
    except Empty:
        raise NoAddress("name_timeout") from None


def _parsed(text: str) -> Address:
    try:
        return ip_address(text)
    except ValueError:
        raise NoAddress("name_not_resolved") from None
