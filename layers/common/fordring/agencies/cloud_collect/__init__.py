"""Cloud Collect, modelled on what is public (see ``docs/agencies/cloud_collect.md``): no specification."""

from fordring.agencies.cloud_collect.adapter import CloudCollect
from fordring.agencies.cloud_collect.terms import CAPABILITIES, DOUBTS

build = CloudCollect

__all__ = ["CAPABILITIES", "DOUBTS", "CloudCollect", "build"]
