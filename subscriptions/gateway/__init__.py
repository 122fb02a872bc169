"""How do we talk to the provider? A few verbs in our words, and one client that speaks them over HTTP."""
