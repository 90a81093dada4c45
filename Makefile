# The course's verbs; `make` alone lists them. What is to be known about an install stands in tools/bootstrap.py.
ifeq ($(OS),Windows_NT)
PYTHON ?= python
PY := .venv/Scripts/python
else
PYTHON ?= python3
PY := .venv/bin/python
endif
TORCH ?=
CHECK ?=
ARGS ?=

NO_PYTHON := Python is not installed, or not as $(PYTHON): see https://www.python.org/downloads/ or name yours, make lab PYTHON=...
BOOTSTRAP = @command -v $(PYTHON) >/dev/null || { echo "$(NO_PYTHON)" >&2; exit 1; }; $(PYTHON) tools/bootstrap.py --torch=$(TORCH)
NBVAL := --nbval --nbval-current-env --nbval-sanitize-with tests/nbval_sanitize.cfg --nbval-cell-timeout 120

.PHONY: help lab test course notebooks lint bench clean

help:
	@echo "make lab         open the course in JupyterLab (installs it the first time)"
	@echo "make test        run every test"
	@echo "make course      run every solved lesson: checks passed, seconds, memory"
	@echo "make notebooks   build the notebooks from solutions/*.md; CHECK=1 only says whether they are stale"
	@echo "make lint        check the style of the code"
	@echo "make bench       time every operation, NumPy beside PyTorch; ARGS=\"--only lstm --seconds 5\" narrows it"
	@echo "make clean       remove what the tests leave behind"
	@echo "Settings: PYTHON=python3.13 which Python · TORCH=cpu no CUDA packages · ARGS=\"...\" handed on"

lab:
	$(BOOTSTRAP)
	@$(PY) tools/lab.py $(ARGS)

# One thread for each kernel, as when the outputs were stored: with more, two kernels on two cores take six times as long.
test:
	$(BOOTSTRAP) --dev
	@rm -rf build/test && mkdir -p build/test
	@$(PY) -m tools.chromium
	DLKIT_PROGRESS="$(CURDIR)/build/test/unit.json" OMP_NUM_THREADS=1 $(PY) -m pytest tests -n 2 --dist worksteal $(ARGS)
	DLKIT_PROGRESS="$(CURDIR)/build/test/lessons.json" DLKIT_STRICT=1 OMP_NUM_THREADS=1 \
		$(PY) -m pytest $(NBVAL) -n 2 --dist loadfile solutions

course:
	$(BOOTSTRAP) --dev
	@$(PY) -m tools.course $(ARGS)

notebooks:
	$(BOOTSTRAP) --dev
	@$(PY) -m tools.notebooks $(if $(CHECK),--check) $(ARGS)

lint:
	$(BOOTSTRAP) --dev
	@$(PY) -m ruff check .

bench:
	$(BOOTSTRAP)
	@$(PY) -m dlkit.bench $(ARGS)

clean:
	@rm -rf build .pytest_cache .ruff_cache .hypothesis
	@find . -name .venv -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -prune -exec rm -rf {} +
