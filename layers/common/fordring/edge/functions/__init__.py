"""One module for each Lambda function: what it is made of."""
