"""Compares what a submission gave with what is right, and finds the words."""
