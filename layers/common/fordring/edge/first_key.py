"""Make the first API key of a tenant: ``python -m fordring.edge.first_key [--another]``.

The settings come from the environment, ``FORDRING_TABLE`` among them. The key is printed once and is stored
nowhere.
"""

import argparse
import sys
from collections.abc import Sequence

from fordring.domain.errors import Refused
from fordring.edge.hub import hub
from fordring.edge.key_text import digest_of_key
from fordring.edge.once import new_key
from fordring.usecases.keys import keep_first_key


def create_first_key(*, another: bool = False, name: str = "first key") -> str:
    """Make a key that allows everything, for every creditor; gives its text.

    Raises
    ------
    Refused
        ``key_exists``, unless ``another`` is wanted.
    """
    desk = hub().desk
    key_id, text = new_key(desk)
    keep_first_key(desk, key_id, digest_of_key(text), name, another=another)
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the key and print it."""
    parser = argparse.ArgumentParser(description="Make the first API key of a tenant.")
    parser.add_argument("--another", action="store_true", help="make one although there are keys already")
    parser.add_argument("--name", default="first key", help="what the key is called in the list of keys")
    options = parser.parse_args(arguments)
    try:
        text = create_first_key(another=options.another, name=options.name)
    except Refused as refusal:
        sys.stderr.write(f"{refusal.detail}: give --another to make one more\n")
        return 1
    sys.stdout.write(f"{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
