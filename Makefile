# Everything a newcomer needs is `make demo` and `make test`; both install what they need by themselves.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# Hours of random campaigns are for `make campaign`; the suite runs them small.
CAMPAIGN ?= 200

CHECK_PYTHON = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "git-parallel needs Python 3.11")'

.PHONY: demo test lint campaign bench bench-plan bench-labels bench-run bench-queue bench-workspace bench-owners bench-hooks bench-gate bench-merge bench-prune man clean

demo: .venv-demo/installed
	@.venv-demo/bin/git-parallel demo $(DEMO)

.venv-demo/installed: pyproject.toml $(shell find git_parallel hooks man completions -type f 2>/dev/null)
	@$(CHECK_PYTHON)
	$(PYTHON) -m venv .venv-demo
	.venv-demo/bin/python -m pip install --quiet --disable-pip-version-check .
	@touch $@

$(VENV)/installed: pyproject.toml
	@$(CHECK_PYTHON)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

lint: $(VENV)/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict git_parallel

test: lint
	$(BIN)/python -m pytest -n 3 --dist worksteal $(TESTS)

# The random campaigns, and then all that the suite only tries a sample of, with each command started from nothing.
campaign: $(VENV)/installed
	GIT_PARALLEL_CAMPAIGN=$(CAMPAIGN) $(BIN)/python -m pytest -m campaign -s
	GIT_PARALLEL_CAMPAIGN=$(CAMPAIGN) $(BIN)/python -m pytest -m 'not campaign' -n 2 --dist worksteal

# Who stops each way to a foreign change: tries them all, writes tests/ways/table.txt and prints it.
ways: $(VENV)/installed
	$(BIN)/python -m tests.ways.table

bench: $(VENV)/installed
	$(BIN)/python bench/start.py
	$(BIN)/python bench/tasks.py

# Throughput of the overlap analysis and the quality of its predictions, beside what one would use instead.
bench-plan: $(VENV)/installed
	$(BIN)/python bench/plan.py $(PLAN)

# Precision and recall of declared files against the hand labels of ../shared/corpus.
bench-labels: $(VENV)/installed
	$(BIN)/python bench/labels.py $(LABELS)

# Launch overhead, latency and idle cost of `run`, beside xargs, GNU parallel and task-spooler.
bench-run: $(VENV)/installed
	$(BIN)/python bench/run.py $(RUN)

# What TaskQueue costs per task, beside a thread pool and locks by hand.
bench-queue: $(VENV)/installed
	$(BIN)/python bench/queueing.py $(QUEUE)

# How soon an agent can begin in a place of its own: worktrees full, sparse, pooled, beside clones and copies.
bench-workspace: $(VENV)/installed
	$(BIN)/python bench/workspace.py $(WORKSPACE)

# Whose 50,000 paths are by 5,000 patterns, beside what one would ask instead.
bench-owners: $(VENV)/installed
	$(BIN)/python bench/owners.py $(OWNERS)

# What the hooks add to a commit and a rebase, beside none and the pre-commit framework.
bench-hooks: $(VENV)/installed
	$(BIN)/python bench/hooks.py $(HOOKS)

# What the gate costs on a branch of 500 commits, beside a process for each commit.
bench-gate: $(VENV)/installed
	$(BIN)/python bench/gate.py $(GATE)

# How fast 100 branches land, and what one bad branch among 65 costs, beside git alone.
bench-merge: $(VENV)/installed
	$(BIN)/python bench/merge.py $(MERGE)

# How soon finished worktrees are out of the way, beside `git worktree remove` and `rm -rf`.
bench-prune: $(VENV)/installed
	$(BIN)/python bench/prune.py $(PRUNE)

man: $(VENV)/installed
	$(BIN)/python -m git_parallel.ui.manual man
	$(BIN)/python -m git_parallel.ui.completions completions

clean:
	rm -rf .venv .venv-demo build dist
