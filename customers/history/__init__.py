"""Who changed what, from what, to what, and why? Kept by the database, told as sentences."""
