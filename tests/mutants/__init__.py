"""Would the rulebook's tests notice if the rulebook said something else?"""
