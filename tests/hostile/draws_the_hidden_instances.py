# Attempt: reads the course's key, draws the hidden instances as the grader does, and returns what
#    they expect
# Kind: script
# Base: stub
# Score: exactly 0
# Fails: all
# Canary: secret files
import pathlib
import sys

EXPECTED = []
sys.modules.pop("autograder", None)
try:
    from autograder.course import load_course
    from autograder.exercise.solution import load_solution

    COURSE = load_course(pathlib.Path("@COURSE@"))
    EXERCISE = COURSE.assignments[0].name
    SHEET = load_solution(COURSE, EXERCISE).answer_key(COURSE.exercise_key(EXERCISE))
    EXPECTED = [(case.inputs, case.expected) for case in SHEET.cases]
    ARGUMENTS = {function.name: function.arguments for function in SHEET.functions}
except BaseException as error:
    raise RuntimeError(repr(error)) from None


def looked_up(name):
    def function(*given):
        for inputs, expected in EXPECTED:
            wanted = [inputs.get(key) for key in ARGUMENTS[name]]
            if repr(wanted) == repr(list(given)):
                return expected[name]

    return function


for NAME in ARGUMENTS:
    globals()[NAME] = looked_up(NAME)
