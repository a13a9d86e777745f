# Everything below needs only Python 3.11, pip and make; `setup` makes .venv with the pinned packages.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test thorough lint bench soak dist lock clean

setup: $(STAMP)

# The last step compiles our own modules, as pip does those of others: whoever runs them need not be able to write here.
# Old pips trip over packages that ask for one extra twice, so pip itself is pinned and upgraded first.
$(STAMP): requirements.txt requirements-pip.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "diembao needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	@echo "Cài đặt vào $(VENV), chỉ lần đầu, thường 1 đến 4 phút / Setting up $(VENV), once, usually 1 to 4 minutes"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-pip.txt
	@all=$$(grep -c '==' requirements.txt); begin=$$(date +%s); \
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes --no-deps -r requirements.txt \
		>$(VENV)/pip.log 2>&1 & pip=$$!; shown=0; \
	while kill -0 $$pip 2>/dev/null; do \
		sleep 1; n=$$(grep -c '^Collecting' $(VENV)/pip.log); s=$$(($$(date +%s) - begin)); \
		if [ $$((s - shown)) -ge 10 ]; then shown=$$s; echo "  $$s s: $$n / $$all"; fi; \
	done; \
	wait $$pip || { cat $(VENV)/pip.log; exit 1; }
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q analysis config crawlers diembao pipeline storage
	touch $@

demo: setup
	$(BIN)/diembao demo

test: setup
	$(BIN)/python -m pytest --forks 4

# Further variants of costly tests, for which the suite has no time.
thorough: setup
	$(BIN)/python -m pytest --forks 4 -m thorough

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/deptry analysis config crawlers diembao pipeline storage
	$(BIN)/deptry . --exclude '\.venv|build|dist|hatch_build' --ignore DEP004
	$(BIN)/mypy
	$(BIN)/pyright

bench: setup
	$(BIN)/python -m benchmarks

soak: setup
	$(BIN)/python -m benchmarks.soak

# The archive from which a server is installed: deploy/README.md.
dist: setup
	$(BIN)/python -m hatchling build -t sdist -d dist

# Names, versions and hashes only: no index address may enter the file.
lock: setup
	$(BIN)/python -m pip install -q pip-tools
	$(BIN)/pip-compile -q --all-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links --no-header --no-annotate --strip-extras -o requirements.txt pyproject.toml requirements-build.in

clean:
	rm -rf $(VENV) demo-out .pytest_cache .mypy_cache .ruff_cache
