"""Is a portal in production as closed as its documents say?"""
