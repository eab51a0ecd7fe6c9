"""Simulated agencies with their own ledger and clock, for demos and tests; never deployed.

Standard library only, and nothing of ``fordring``: the two sides of an interface are written twice, so
that a contract test compares two readings of one specification.
"""
