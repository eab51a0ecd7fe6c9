"""Cloud Collect as modelled in ``docs/agencies/cloud_collect.md``, from the agency's side."""
