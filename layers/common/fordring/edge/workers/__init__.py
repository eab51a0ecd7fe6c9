"""The functions that nobody waits for: what goes out, and the clock."""
