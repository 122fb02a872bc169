"""When they say no, until the loop is closed."""
