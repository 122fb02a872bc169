"""What does each screen look like? Pictures of the demo book, made by one command."""
