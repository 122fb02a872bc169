"""How does a customer pay online? The payment provider behind a small protocol, and its stand-in."""
