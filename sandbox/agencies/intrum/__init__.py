"""Intrum as modelled in ``docs/agencies/intrum.md``, from the agency's side."""
