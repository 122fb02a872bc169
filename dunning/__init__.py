"""What we do when they don't pay."""
