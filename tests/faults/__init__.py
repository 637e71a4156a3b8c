"""The proof that a failing machine costs nobody a point and loses nothing: a table of faults, each
of them provoked on a real course, and what has to hold during and after it."""
