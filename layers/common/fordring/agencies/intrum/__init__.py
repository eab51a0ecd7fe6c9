"""Intrum, modelled on what is public (see ``docs/agencies/intrum.md``): not a specification by Intrum."""

from fordring.agencies.intrum.adapter import Intrum
from fordring.agencies.intrum.terms import CAPABILITIES, DOUBTS

build = Intrum

__all__ = ["CAPABILITIES", "DOUBTS", "Intrum", "build"]
