"""Who they are, what they may see, what was said to them."""
