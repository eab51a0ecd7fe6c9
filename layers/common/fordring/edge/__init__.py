"""Where the outside world comes in and goes out: HTTP, queues, settings, signatures."""
