"""What does the bank say, and whose money is it?"""
