"""Is the portal what it says it is?"""
