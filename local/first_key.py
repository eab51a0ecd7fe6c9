"""Make the first API key of a stack: ``python -m local.first_key --stack NAME``.

An operator runs this once after the first deployment (``make first-key TENANT=… STAGE=…``); ``make run``
runs the same for the demo tenant. The key is shown once, or written to a file that only its owner can read.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from fordring.domain.errors import Refused
from fordring.edge.first_key import create_first_key
from local.outputs import MissingStackError, environment_of

__all__ = ["main"]


def main() -> int:
    """Create the key and hand it over."""
    parser = argparse.ArgumentParser(description="Make the first API key of a stack.")
    parser.add_argument("--stack", required=True, help="the name of the CloudFormation stack")
    parser.add_argument("--another", action="store_true", help="make one although there are keys already")
    parser.add_argument("--to", type=Path, help="write the key to this file instead of showing it")
    options = parser.parse_args()
    try:
        os.environ.update(environment_of(options.stack))
        key = create_first_key(another=options.another)
    except MissingStackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Refused as refusal:
        sys.stderr.write(f"{refusal.detail}: ANOTHER=1 (or --another) makes one more\n")
        return 1
    if options.to is None:
        sys.stdout.write(f"{key}\n")
        return 0
    options.to.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(options.to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{key}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
