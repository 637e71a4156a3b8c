"""How fast grading is, beside what it is compared with. Nothing here is asserted anywhere."""
