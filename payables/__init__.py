"""What we owe the provider, and whether it matches what we billed."""
