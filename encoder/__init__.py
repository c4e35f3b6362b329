"""Dual encoders: pictures and words into one space."""
