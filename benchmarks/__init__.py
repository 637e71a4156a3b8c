"""Benchmarks of grading, each against a baseline. No test asserts their results."""
