"""What an author declares, and the right numbers that follow from it."""
