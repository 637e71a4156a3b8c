"""Which submissions of a class look alike: a question for the instructor, never a verdict.

Nothing here runs what a student wrote, and nothing here changes a grade.
"""
