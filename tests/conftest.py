"""Settings of the whole suite."""

from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail: examples are judged by their outcome, not by their time.
settings.register_profile("fordring", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fordring")
