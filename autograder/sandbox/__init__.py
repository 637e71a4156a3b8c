"""Theory of operation: who runs what, and what each may hold.

Two processes take part in grading a submission.

The **grader** holds the instances, the expected values, the solution and the scores. It never
imports or runs a line of a submission. It sends cells and calls (a function's name and plain
arrays) and decodes what comes back as data.

The **worker** (`process.py`, one per submission) runs the submission. It holds the cells, the
arguments of the calls made so far and nothing else: no expected value, no solution, no score, no
path to one. Its environment is empty but for what Python needs; it starts in an empty folder.
What it returns is a claim about numbers, and the grader compares them.

Two pipes join them: requests to the worker, outcomes back, both in the frames of
`autograder.wire`. The grader holds the clock: every function has a number of seconds for all its
calls together. A worker that hangs, dies or sends nonsense is killed; a new one takes its place,
runs the cells again, and the function that did it is not called again, so that one function costs
its own points only.
"""
