"""What shares a process with a submission, or starts one. It knows no expected value."""
