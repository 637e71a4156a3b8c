"""What an author declares, and the expected values computed from it."""
