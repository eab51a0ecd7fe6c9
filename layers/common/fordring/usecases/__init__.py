"""What happens in the hub, one module per subject; no HTTP and no table names."""
