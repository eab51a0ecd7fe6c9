"""One module for each Lambda function: what it is made of."""

import gc

gc.set_threshold(50_000, 20, 50)
# What start-up makes stays, and most of what a request makes goes by its reference count. With the
# default threshold some hundred collections walk over all of it while modules load, and find nothing.
