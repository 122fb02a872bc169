"""Do the letters say the same in HTML and in plain text, to the right customer, in their language?"""
