"""What the API takes and gives, as models: the source of the OpenAPI document."""
