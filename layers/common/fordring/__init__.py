"""Fordring: a hub between billing products and debt-collection agencies."""

from typing import Final

VERSION: Final = "0.1.0"
