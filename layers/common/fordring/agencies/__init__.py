"""The agencies' interfaces, one module each."""
