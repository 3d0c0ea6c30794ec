# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   make run            build, and show it at work under Wine: examples/bookstore.c
#                       (DB=file: walk that database; EXE=program.exe ARGS=...: run that program)
#   make check          all tests: x86_64 and i686 under Wine, native, sanitizers
#   make lint           floors, format, static analysis
#   make conformance    the suite in SHARED on both architectures and natively
#   make torture        at length: fuzz targets, crashes (CRASHES=10000), faults (FAULTS=200 of each
#                       kind, also under the programs in SHARED), histories beside models
#                       (HISTORIES=1000; a tenth of the longer ones), threads (TRANSACTIONS=1000000), functions with
#                       whatever comes (CALLS=2000000); SEED=1
#   make bench          the benchmark in SHARED, against SQLite and LMDB (ROWS=300000 ROUNDS=3); then
#                       durable commits of 1, 4 and 16 threads, and the recovery of 100 MB of log, beside SQLite
#   make coverage       what the native tests reach: lines and branches, by file and by floor
#   make install        into a Wine prefix (WINEPREFIX=) or a directory (DESTDIR=)
#   make all            only build: build/x86_64, build/i686, build/host
#
# run, check, conformance, lint, torture and bench install what is missing first
# (tools/bootstrap); NO_BOOTSTRAP=1 leaves that out.

SHARED        ?= $(wildcard ../shared)
JOBS          ?= 2
FUZZ_SECONDS  ?= 20
TORTURE_RUNS  ?= 1000000
CRASHES       ?= 10000
HISTORIES     ?= 1000
TRANSACTIONS  ?= 1000000
CALLS         ?= 2000000
FAULTS        ?= 200
SEED          ?= 1
TEST_SECONDS  ?= 600

# Conformance: what must be the same by now.
# PENDING names what may differ still: crud by when deleted entries leave their pages
# (and by what lies on the stack: apicrud-6), life by how soon it writes; on i686 by the size of a
# JET_INDEXID, since the recorded answers are a 64-bit engine's.
PROGRAMS         ?= apibulk apicrud apiddl apierr apiinfo apikeys apilife apilv apimvcc apitemp
PROGRAMS_PENDING ?= apicrud-2 apicrud-6 apicrud-15 apilife-3 i686:apierr-3
CORPUS_PENDING   ?=

ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS)
endif
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

include mk/build.mk
include mk/tests.mk

.PHONY: default all run check lint conformance torture bench coverage install clean distclean bootstrap
.DEFAULT_GOAL := all

all: $(LIBRARIES)

bootstrap:
ifeq ($(NO_BOOTSTRAP),)
	@tools/bootstrap $(BOOTSTRAP_FOR)
endif
lint: BOOTSTRAP_FOR = lint

# Each of these looks again after bootstrap, since it finds what is there by name.
run check lint conformance torture bench: bootstrap
	@$(MAKE) --no-print-directory do-$@

# ---- run -------------------------------------------------------------------

RUN_PREFIX = WINEPREFIX=$(abspath build/wineprefix64) WINEDLLOVERRIDES=esent=n

.PHONY: do-run
ifneq ($(EXE),)
# The architecture is the program's; ours goes before any other by WINEDLLPATH's betters: the override and the path.
do-run: $(LIBRARIES)
	@tools/run-exe "$(EXE)" $(ARGS)
else ifneq ($(DB),)
do-run: build/x86_64/esent.dll build/x86_64/edbwalk.exe
	@$(RUN_PREFIX) tools/wine64 build/x86_64/edbwalk.exe $(or $(ARGS),--keys) "$(DB)"
else
do-run: build/x86_64/esent.dll build/x86_64/bookstore.exe
	@mkdir -p build/run
	@cd build/run && $(RUN_PREFIX) ../../tools/wine64 ../x86_64/bookstore.exe $(ARGS)
endif

# ---- check -----------------------------------------------------------------

.PHONY: do-check check-programs
check-programs: $(LIBRARIES) $(TEST_PROGRAMS)

# What does not build counts as one that failed; the rest is run all the same.
do-check:
	@mkdir -p build; built=true; \
	$(MAKE) --no-print-directory -k check-programs >build/check.log 2>&1 || \
	    { built='grep -E "error|undefined|\*\*\*" build/check.log; false'; }; \
	FUZZ_SECONDS=$(FUZZ_SECONDS) ESENT_CORPUS=$(CORPUS_DIR) \
	    tools/run-tests -j $(JOBS) -t $(TEST_SECONDS) "script:$$built" $(TESTS)

do-torture: $(FUZZ_PROGRAMS) $(TORTURE_PROGRAMS) $(CORPUS_STAMP)
	@FUZZ_RUNS=$(TORTURE_RUNS) ESENT_CORPUS=$(CORPUS_DIR) ESENT_CRASHES=$(CRASHES) ESENT_HISTORIES=$(HISTORIES) \
	    ESENT_MIXTURES=$$(($(HISTORIES) / 10)) ESENT_RECORDS=$$(($(HISTORIES) / 10)) \
	    ESENT_TRANSACTIONS=$(TRANSACTIONS) ESENT_CALLS=$(CALLS) ESENT_FAULTS=$(FAULTS) ESENT_SEED=$(SEED) \
	    tools/run-tests -j $(JOBS) -t 36000 $(TORTURE) $(FUZZ_PROGRAMS:%=fuzz:$(CURDIR)/%)

# ---- conformance -----------------------------------------------------------

do-conformance: $(LIBRARIES) build/host/edbwalk build/host/esentutl build/x86_64/edbwalk.exe build/i686/edbwalk.exe
	@[ -n "$(SHARED)" ] || { echo "make conformance: no ../shared (or SHARED=directory)"; exit 1; }
	@SHARED="$(abspath $(SHARED))" PROGRAMS="$(PROGRAMS)" PROGRAMS_PENDING="$(PROGRAMS_PENDING)" \
	    CORPUS_PENDING="$(CORPUS_PENDING)" \
	    tools/run-conformance

do-bench: build/x86_64/esent.dll build/host/commits build/host/recoveries
	@[ -n "$(SHARED)" ] || { echo "make bench: no ../shared (or SHARED=directory)"; exit 1; }
	@tools/run-bench "$(abspath $(SHARED))/bench" $(ROWS)
	@rm -rf build/bench && mkdir -p build/bench
	@echo "Durable commits a second, native:" && cd build/bench && ../host/commits
	@cd build/bench && ../host/recoveries
	@rm -rf build/bench

# ---- lint ------------------------------------------------------------------

include mk/lint.mk

# ---- coverage --------------------------------------------------------------

coverage: $(TESTS_coverage) $(CORPUS_STAMP)
	@find build/coverage -name '*.gcda' -delete; rm -rf build/coverage/run
	@printf '%s\n' $(TESTS_coverage) | ESENT_CORPUS=$(CORPUS_DIR) xargs -P$(JOBS) -I{} sh -c \
	    'run=build/coverage/run/{}; mkdir -p $$run; cd $$run; timeout $(TEST_SECONDS) "$(CURDIR)/{}" >/dev/null 2>&1 || echo "{} failed"'
	@tools/coverage-table | tee build/coverage/summary

# ---- install ---------------------------------------------------------------

STRIP64 = x86_64-w64-mingw32-strip
STRIP32 = i686-w64-mingw32-strip
PREFIX ?= /usr/local

install: build/x86_64/esent.dll build/i686/esent.dll build/host/libesent.so
	@tools/install $(if $(DESTDIR)$(filter command line,$(origin PREFIX)),"$(DESTDIR)$(PREFIX)","")

clean:
	rm -rf build/x86_64 build/i686 build/host build/asan build/tsan build/coverage build/fuzz build/corpus build/run

distclean:
	rm -rf build
