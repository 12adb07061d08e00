# What a newcomer types. Everything else is in dev/ (see `python3 -m dev --help`).
PYTHON ?= python3

.PHONY: demo demo-reset test lint bench

demo demo-reset test lint bench:
	@$(PYTHON) -m dev $@
