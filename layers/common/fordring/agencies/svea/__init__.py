"""Svea, modelled on what is public (see ``docs/agencies/svea.md``): not a specification by Svea."""

from fordring.agencies.svea.adapter import Svea
from fordring.agencies.svea.terms import CAPABILITIES, DOUBTS

build = Svea

__all__ = ["CAPABILITIES", "DOUBTS", "Svea", "build"]
