"""Intrum's only call to the hub: the service of a contract is activated (NET-1).

The token in the URL says who is called, and the contract number which contract is meant. Nothing is signed.
"""

from collections.abc import Sequence
from typing import Final

from fordring.agencies.reading import Node, read
from fordring.domain.agency import Credentials, MalformedAnswer
from fordring.domain.agency_answers import Delivery
from fordring.domain.facts import ServiceActivated

_MOST_ACCOUNTS: Final = 20


def activation(body: bytes) -> Delivery:
    """Read an activation; it comes once, so its contract number is its id.

    Raises
    ------
    MalformedAnswer
        When the body is not what the interface says.
    """
    content = read(body)
    number = _contract_number(content)
    accounts = content.texts("bankAccounts") if "bankAccounts" in content.members else ()
    if len(accounts) > _MOST_ACCOUNTS or not all(account.isalnum() for account in accounts):
        raise MalformedAnswer("/bankAccounts is not a list of accounts")
    fact = ServiceActivated(number, content.instant("activatedAt"), accounts)
    return Delivery(f"activation-{number}", (fact,))


def is_of_contract(body: bytes, secrets: Sequence[Credentials]) -> bool:
    """Whether an activation is of a contract that is known, or of any while none is."""
    try:
        number = _contract_number(read(body))
    except MalformedAnswer:
        # it is told apart by what it says, not by who sent it
        return True
    known = {one.customer_number for one in secrets if one.customer_number}
    return not known or number in known


def _contract_number(content: Node) -> str:
    number = content.identifier("contractNumber")
    if len(number) > 64:
        raise MalformedAnswer("/contractNumber is too long")
    return number
