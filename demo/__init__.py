"""The demo: a billing product's story, told over the public API with a stack of its own (``make demo``)."""
