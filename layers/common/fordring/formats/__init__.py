"""Documents and files in other people's formats."""
