# Everything a developer or a machine runs. `make demo` and `make test` set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Tests with and beside nbgrader's own commands; those of hostile submissions.
NBGRADER := $(patsubst %,tests/whole/test_%.py,\
  gradebook_address known_failures lab nbgrader nbgrader_page term together)
HOSTILE := tests/whole/test_hostile.py
PROOFS := tests/whole/test_proofs.py
# Those that build or prove what is not the course.
BUILDS := $(patsubst %,tests/whole/test_%.py,course_apart exercises from_wheels full_disk)
# The parts of all tests: the longest first, so that all end together. Two more run at a time than
# there are cores, since they wait as much as they compute.
PARTS := room-tests whole-tests nbgrader-tests judge-tests authoring-tests proofs hostile-tests \
  build-tests fault-tests curriculum-tests class-tests drop-in
JOBS := $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$((n < 2 ? 3 : n + 2)))

# What runs is what is installed in .venv, whatever Python's variables say.
unexport $(filter-out PYTHON,$(filter PYTHON%,$(.VARIABLES)))
# Where a folder's name is not ASCII, alembic reads it in this.
export LC_ALL := C.UTF-8

# Some of nbgrader's own tests of its commands, with each course adopted; all with `drop-in-all`.
OWN_TESTS = nbgrader.tests.apps.test_nbgrader_
IN_CI := autograde generate_assignment generate_feedback
DROP_IN := $(BIN)/python -m pytest --config-file=tests/nbgraders_own/pytest.ini --pyargs

.PHONY: demo demo-course test test-fast fast $(PARTS) drop-in-all check faults bench build wheels truth picture screenshots setup-ci clean

demo: $(READY)  ## a whole course on a made-up class, from build to a graded gradebook
	$(BIN)/autograder demo

demo-course: $(READY)  ## the same class in every exercise of the course: a line for each
	$(BIN)/autograder demo --all

test: $(READY)  ## everything that has to hold: lint, types, tests, proofs of the exercises
	@$(MAKE) --no-print-directory --jobs=$(JOBS) --keep-going check $(PARTS)

test-fast: $(READY)  ## format, lint, types, and the tests of every room that are not slow
	@$(MAKE) --no-print-directory --jobs=2 check fast

fast: $(READY)
	$(BIN)/pytest -m "not slow"

nbgrader-tests: $(READY)
	$(BIN)/pytest tests/nbgrader $(NBGRADER)

whole-tests: $(READY)
	$(BIN)/pytest tests/whole $(patsubst %,--ignore=%,$(NBGRADER) $(HOSTILE) $(PROOFS) $(BUILDS))

build-tests: $(READY)
	$(BIN)/pytest $(BUILDS)

hostile-tests: $(READY)
	$(BIN)/pytest $(HOSTILE) -k test_attempt

class-tests: $(READY)
	$(BIN)/pytest $(HOSTILE) -k "not test_attempt"

room-tests: $(READY)
	$(BIN)/pytest --ignore=tests/whole --ignore=tests/nbgrader --ignore=tests/faults \
	  --ignore=tests/curriculum --ignore=tests/authoring --ignore=tests/judge

judge-tests: $(READY)
	$(BIN)/pytest tests/judge

authoring-tests: $(READY)
	$(BIN)/pytest tests/authoring

fault-tests: $(READY)
	$(BIN)/pytest tests/faults

curriculum-tests: $(READY)
	$(BIN)/pytest tests/curriculum

proofs: $(READY)
	$(BIN)/pytest $(PROOFS)

drop-in: $(READY)  ## 20 of nbgrader's own tests of its commands, with our configuration in each course
	$(DROP_IN) $(IN_CI:%=$(OWN_TESTS)%) --part 20

drop-in-all: $(READY)  ## all of them
	$(DROP_IN) nbgrader.tests.apps

check: $(READY)  ## the fast part: format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

faults: $(READY)  ## all of what `make test` draws a part of: faults, attempts, notebooks
	$(BIN)/pytest tests/faults $$(grep -rlE "import drawn|every-moment" tests --include="test_*.py") --every-moment

bench: $(READY)  ## how fast grading is, beside what it is compared with
	$(BIN)/python -m benchmarks

build: $(READY)  ## assignments/ from solutions/
	$(BIN)/autograder build

wheels: $(READY)  ## dist/: the package, and the exercises with their solutions for instructors
	rm -rf build/lib build/bdist.* exercises/build
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist . ./exercises

truth: $(READY)  ## what stock nbgrader gives the odd notebooks, after a change of these or of its version
	$(BIN)/python -m tests.helpers.plain_course

picture: $(READY)  ## docs/check.svg and docs/watch.svg, from what the commands print
	$(BIN)/python docs/picture.py

screenshots: $(READY)  ## docs/screenshots/, from tests: a term, pages, every exercise of the course
	$(BIN)/pytest $(patsubst %,tests/whole/test_%.py,lab kept_pictures course_as_seen) \
	  --pictures docs/screenshots

setup-ci:  ## what only Debian provides: PostgreSQL's server and Chromium, for the tests that use them
	@missing=; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing=postgresql; \
	[ -x /usr/bin/chromium ] || missing="$$missing chromium"; \
	if [ -z "$$missing" ]; then echo "PostgreSQL and Chromium are there."; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	then apt-get -q update && apt-get -qy install $$missing; \
	else echo "Some tests need what is missing here. On Debian: apt-get install $$missing"; fi

clean:
	rm -rf $(VENV) build dist exercises/build *.egg-info exercises/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name it with make PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(PYTHON) -m virtualenv --version >/dev/null 2>&1 \
	  || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	     then echo "Installing python3-venv, which Debian keeps apart from Python."; \
	       apt-get -q update && apt-get -qy install python3-venv; \
	     else echo "Python cannot make a venv here. On Debian: sudo apt-get install python3-venv"; exit 1; fi
	@$(PYTHON) -m venv --clear $(VENV) 2>/dev/null || $(PYTHON) -m virtualenv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[dev]'
	@$(BIN)/python -m compileall -q autograder  # as pip does for whoever installs it
	@touch $@
