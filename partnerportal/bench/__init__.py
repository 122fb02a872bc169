"""How fast is the portal beside the least the database must do for the same rows? Measured on databases of its own."""
