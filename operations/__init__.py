"""Keeping a shop running: what is wrong with a home, what one needs, and copies of it."""
