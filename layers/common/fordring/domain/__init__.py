"""The functional core: pure, typed, standard library only."""
