"""Words that only templates of this floor use."""
