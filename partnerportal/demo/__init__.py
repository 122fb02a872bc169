"""The demo book: two partners with eight customers each, lived day by day through the portal's own operations."""
