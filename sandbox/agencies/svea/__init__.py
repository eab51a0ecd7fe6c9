"""Svea as modelled in ``docs/agencies/svea.md``, from the agency's side."""
