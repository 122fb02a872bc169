"""What does the provider do when we call it? A local server that speaks the documented API."""
