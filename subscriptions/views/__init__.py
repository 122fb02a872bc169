"""Which pages does this floor open? Stops, differences with the provider, and the bell the provider rings."""
