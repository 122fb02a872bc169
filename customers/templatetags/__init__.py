"""Which tags do the letters of this floor use?"""
