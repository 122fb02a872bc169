"""Papers, statements, exports and figures of receivables."""
