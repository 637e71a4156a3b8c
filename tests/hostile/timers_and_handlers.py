# Attempt: sets timers and handlers that raise in the middle of whatever runs later, the grader's
#    own lines among it
# Kind: script
# Base: solution
# Score: at most 23
# Fails: none
# May fail: all
# Limits: seconds=2
# Canary: process
import signal


def late(number, frame):
    raise SystemExit("late")


for number in (signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGTERM, signal.SIGCHLD):
    signal.signal(number, late)
for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
    signal.setitimer(timer, 0.005, 0.005)
