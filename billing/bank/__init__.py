"""What does a bank statement say, and whose money is each entry? Reading, keeping and judging; dunning books it."""
