"""Callbacks of agencies: what is answered."""

from typing import Literal

from fordring.edge.schemas.told import Told


class ToldCallback(Told):
    """What became of a callback."""

    outcome: Literal["applied", "duplicate", "parked"]
