"""Tell a stack that its data has gone back in time: ``python -m local.after_restore --stack NAME``.

To be run after a restore of the table (``make after-restore``); ``make run`` runs it after a crash.
Commands made before are then in doubt and looked up at the agencies before anything is sent again.
"""

from __future__ import annotations

import argparse
import os
import sys

from fordring.edge.after_restore import raise_epoch
from local.outputs import MissingStackError, environment_of

__all__ = ["main"]


def main() -> int:
    """Raise the epoch and say so."""
    parser = argparse.ArgumentParser(description="Tell a stack that its data has gone back in time.")
    parser.add_argument("--stack", required=True, help="the name of the CloudFormation stack")
    options = parser.parse_args()
    try:
        os.environ.update(environment_of(options.stack))
    except MissingStackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"The epoch is now {raise_epoch()}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
