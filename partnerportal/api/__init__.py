"""What may a program read, and how?"""
