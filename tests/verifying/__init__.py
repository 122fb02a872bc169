"""Does verify see what it should, and nothing else?"""
