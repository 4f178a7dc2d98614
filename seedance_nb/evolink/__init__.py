"""The wire: how EvoLink's API is asked and how its answers are read."""
