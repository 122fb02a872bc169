"""Promises to the outside world, each kept once."""
