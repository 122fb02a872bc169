"""Which pages belong to no single noun? The worklist, the customer's home, insights."""
