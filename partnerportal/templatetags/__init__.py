"""How do words, amounts and dates look on a page? The template library `portal` and its tables."""
