"""Fordring: a hub between billing products and debt-collection agencies."""
