"""What they use, and the provider that runs it."""
