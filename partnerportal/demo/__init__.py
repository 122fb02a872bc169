"""The demo book: two partners with forty customers each, lived day by day through the portal's own operations."""
