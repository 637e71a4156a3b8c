"""Theory of operation: who runs what, and what each may hold.

Three kinds of process take part in grading a submission.

The **grader** (`worker`, `fork_server`) holds the instances, the expected values, the solution and
the scores. It never imports or runs a line of a submission. It sends cells and calls (a function's
name and plain arrays) and decodes what comes back as data. A `worker` is one submission, with its
`cell_runs`, its `time_budget`, its `quotas` and its `retries`; it has one process after the other,
each behind a `connection`, and an `exchange` is one request with its outcomes.

The **fork server** (`inside.server`, one for each grader) is Python with numpy loaded. It holds
nothing of the course. When it starts it enters the strongest level of `inside.containment` that the
machine has, tries in a child whether that holds, and says which one it is. For each submission it
forks one child and passes it three pipes that the grader made, which it closes itself: no source
and no value of a submission is ever in its memory, where a later child could find it.

The **child** (`inside.child`, `inside.namespace`) locks itself in, runs the cells, then makes the
calls. It holds the cells, the arguments of the calls made so far and nothing else: no expected
value, no solution, no score, no path to one. What it returns is a claim about numbers, and the
grader compares them.

Requests go through one pipe, outcomes come back through another, in the frames of
`autograder.sandbox.wire`; the third carries what is printed, of which the length counts; the
beginning of what a cell prints is shown, and nothing of what is printed in a call. The grader holds
the clock and the counters: `autograder.sandbox.limits` for a function with all its calls, and for
the submission as a whole. Every outcome carries a number that the grader chose for it, so that a
message too many is noticed. A child that hangs, dies, sends nonsense or too much is killed; another
one is forked, runs the cells again, and the function that did it is not called again: it costs its
own points only.

A call may name helpers that are served. While it runs, these names are bound to stand-ins, and what
calls one asks the grader for a right result: the only message of a child that is no outcome, taken
only from the call that is awaited, for the names that it was sent with. What a process was told so
it knows until it ends. A restart takes a fresh one, in which functions that were given up are
called again.

Nothing outlives a submission. When the grader dies, however that happens, the server finds its
socket closed and ends, and the kernel ends the child with it.
"""
