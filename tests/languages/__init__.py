"""Does the portal say everything in Chinese and Russian?"""
