"""Compares a submission's results with the expected ones and words the messages."""
