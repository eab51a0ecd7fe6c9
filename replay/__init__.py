"""What each reminder plan would have done with receivables that really were paid, late or in time."""
