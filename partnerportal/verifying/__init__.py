"""Do the promises hold? Asked of the record itself, not of the code that wrote it; one room for each family."""
