"""Do cases hold what they promise: their files, their mail?"""
