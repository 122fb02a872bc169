"""A large book made up from a seed, for measuring and for tests of size."""
