"""What the API takes and gives: the source of the OpenAPI document.

What is given (``Given``, ``common.py``) are pydantic models; what is told (``Told``, ``told.py``) needs none.
Where a route is given nothing but a path, its answer stands in a module without models, apart from what is
given about the same thing (``given_cases.py``), so that such a route starts without pydantic.
"""
