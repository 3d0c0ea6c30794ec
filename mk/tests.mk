# SPDX-License-Identifier: LGPL-2.1-or-later
# Test programs.
#
#   tests/win32/NAME.c   the public header and cmocka; for x86_64 and i686 under
#                        Wine and natively over libesent.so.  What several share
#                        is in tests/win32/support/, linked into each.  Natively
#                        also under ASan, those with threads under TSan.
#   tests/unit/NAME.c    a floor from inside, native, ASan and UBSan; NAME_threads.c
#                        under TSan instead.
#   tests/fuzz/NAME.c    LLVMFuzzerTestOneInput; seeds in tests/fuzz/seeds/NAME/,
#                        further options of libFuzzer in tests/fuzz/NAME.flags.
#                        ESENT_CORPUS names a directory of real databases, if any.
# Scripts that check things count as one case each.

WIN32   := $(sort $(wildcard tests/win32/*.c))
SUPPORT := $(sort $(wildcard tests/win32/support/*.c))
UNIT    := $(sort $(wildcard tests/unit/*.c))
FUZZ    := $(sort $(wildcard tests/fuzz/*.c))
HEADERS := $(wildcard tests/win32/support/*.h tests/abi/*.h) include/esent.h

TEST_INCLUDES = -Itests/win32/support -Itests

define win32_tests
build/$(1)/tests/esent.dll: build/$(1)/esent.dll
	@mkdir -p $$(@D)
	$$(Q)ln -f $$< $$@
build/$(1)/tests/%.exe: tests/win32/%.c $$(SUPPORT) $$(HEADERS) build/$(1)/libesent.a build/deps/$(1)/lib/libcmocka.a
	@mkdir -p $$(@D)
	$$(call say,$(1),$$@)
	$$(Q)$$(CC_$(1)) $$(filter-out -Idlls/esent,$$(FLAGS_$(1))) $$(TEST_INCLUDES) -Ibuild/deps/$(1)/include -static-libgcc \
	    $$< $$(SUPPORT) -o $$@ build/deps/$(1)/lib/libcmocka.a build/$(1)/libesent.a
build/deps/$(1)/lib/libcmocka.a:
	tools/get-cmocka $(1)
TESTS_$(1) := $(patsubst tests/win32/%.c,build/$(1)/tests/%.exe,$(WIN32))
endef
$(eval $(call win32_tests,x86_64))
$(eval $(call win32_tests,i686))

build/host/tests/%: tests/win32/%.c $(SUPPORT) $(HEADERS) build/host/libesent.so
	@mkdir -p $(@D)
	$(call say,host,$@)
	$(Q)$(HOSTCC) $(filter-out -Idlls/esent,$(FLAGS_host)) $(TEST_INCLUDES) $< $(SUPPORT) -o $@ \
	    build/host/libesent.so -Wl,-rpath,'$$ORIGIN/..' -lcmocka $(LINK_LIBS_native)
TESTS_host := $(patsubst tests/win32/%.c,build/host/tests/%,$(WIN32))

# One runs the utility.
build/host/tests/esentutl build/coverage/api/esentutl: | build/host/esentutl
build/asan/api/esentutl: | build/asan/esentutl
build/x86_64/tests/esentutl.exe: | build/x86_64/esentutl.exe
build/i686/tests/esentutl.exe: | build/i686/esentutl.exe

define unit_tests
build/$(1)/tests/%: tests/unit/%.c build/$(1)/libesent.a
	@mkdir -p $$(@D)
	$$(call say,$(1),$$@)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) -MMD -MP -MF $$@.d $$< -o $$@ build/$(1)/libesent.a -lcmocka $$(LINK_LIBS_native)
-include $(wildcard build/$(1)/tests/*.d)
endef
$(foreach v,asan tsan coverage,$(eval $(call unit_tests,$(v))))

# The tests of the API, over the same checked objects.  What looks up the library's exports needs a library.
API_INSIDE := $(filter-out tests/win32/abi%,$(WIN32))
define api_tests
build/$(1)/api/%: tests/win32/%.c $$(SUPPORT) $$(HEADERS) $(2)
	@mkdir -p $$(@D)
	$$(call say,$(1),$$@)
	$$(Q)$$(CC_$(1)) $$(filter-out -Idlls/esent,$$(FLAGS_$(1))) $$(TEST_INCLUDES) $$< $$(SUPPORT) -o $$@ \
	    $(2) -Wl,-rpath,'$$$$ORIGIN/..' -lcmocka $$(LINK_LIBS_native)
endef
$(eval $(call api_tests,asan,build/asan/libesent.so))
$(foreach v,tsan coverage,$(eval $(call api_tests,$(v),$(ALIAS) build/$(v)/libesent.a)))

EXIT_coverage := tests/coverage/exit.c -Wl,--wrap=_exit

# Crashes and faults below the os floor, natively; CRASH_SHARED is what they have in common.
CRASH_SHARED  := tests/crash/disk.c tests/crash/workload.c
CRASH         := $(filter-out $(CRASH_SHARED),$(sort $(wildcard tests/crash/*.c)))
CRASH_HEADERS := $(wildcard tests/crash/*.h)
define crash_tests
build/$(1)/crash/%: tests/crash/%.c $(CRASH_SHARED) $(CRASH_HEADERS) build/$(1)/libesent.a $(ALIAS)
	@mkdir -p $$(@D)
	$$(call say,$(1),$$@)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) -Itests/crash $$< $(CRASH_SHARED) $(EXIT_$(1)) -o $$@ $(ALIAS) build/$(1)/libesent.a $$(LINK_LIBS_native)
endef
$(foreach v,asan tsan coverage host,$(eval $(call crash_tests,$(v))))

# The conformance programs, natively, under faults; each with every JetXxx it calls renamed.
CONFORMANCE := $(if $(SHARED),$(patsubst $(SHARED)/conformance/%.c,%,$(sort $(wildcard $(SHARED)/conformance/api*.c))))
CONFORMANCE_SHARED  := $(sort $(wildcard tests/crash/conformance/*.c)) tests/crash/disk.c
CONFORMANCE_HEADERS := $(wildcard tests/crash/conformance/*.h) tests/crash/disk.h dlls/esent/api/functions.h
build/conformance/%: $(SHARED)/conformance/%
	@mkdir -p $(@D)
	$(Q)sed -E "s/unsigned long long/uint64_t/g; s/long long/int64_t/g; s/%([#0-9.]*)l([dux])/%\1\2/g" $< >$@
define conformance_tests
build/$(1)/conformance/%.o: build/conformance/%.c $(patsubst $(SHARED)/%,build/%,$(wildcard $(SHARED)/conformance/*.h)) $(CONFORMANCE_HEADERS)
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) -w -fno-sanitize=undefined -ftrivial-auto-var-init=zero -DJET_VERSION=0x0A01 -Dmain=conformance_main \
	    -Itests/crash/conformance -Ibuild/conformance -c $$< -o $$@
	$$(Q)nm -u $$@ | sed -n 's/^ *U \(Jet.*\)/\1 call_\1/p' >$$@.calls; objcopy --redefine-syms=$$@.calls $$@
build/$(1)/conformance/%: build/$(1)/conformance/%.o build/$(1)/conformance/trace.o $(CONFORMANCE_SHARED) build/$(1)/libesent.a $(ALIAS)
	$$(call say,$(1),$$@)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) $$(filter-out %.a %.ld,$$^) $(EXIT_$(1)) -o $$@ $(ALIAS) build/$(1)/libesent.a $$(LINK_LIBS_native)
endef
$(foreach v,asan coverage host,$(eval $(call conformance_tests,$(v))))
.SECONDARY: $(foreach v,asan coverage host,$(CONFORMANCE:%=build/$(v)/conformance/%.o) build/$(v)/conformance/trace.o) \
    $(patsubst $(SHARED)/%,build/%,$(wildcard $(SHARED)/conformance/*.[ch]))

CRASH_CHECK := $(foreach v,asan host,$(patsubst tests/crash/%.c,$(v):$(CURDIR)/build/$(v)/crash/%,$(CRASH))) \
    $(CONFORMANCE:%=asan:$(CURDIR)/build/asan/conformance/%)

# What make coverage runs: all that make check runs under ASan.
TESTS_coverage := $(UNIT:tests/unit/%.c=build/coverage/tests/%) $(API_INSIDE:tests/win32/%.c=build/coverage/api/%) \
    $(CRASH:tests/crash/%.c=build/coverage/crash/%) $(CONFORMANCE:%=build/coverage/conformance/%)

TESTS_tsan := $(patsubst tests/unit/%.c,build/tsan/tests/%,$(filter %_threads.c,$(UNIT))) \
    $(patsubst tests/win32/%.c,build/tsan/api/%,$(filter %threads.c %/stopservice.c,$(API_INSIDE)))
TESTS_asan := $(patsubst tests/unit/%.c,build/asan/tests/%,$(filter-out %_threads.c,$(UNIT))) \
    $(patsubst tests/win32/%.c,build/asan/api/%,$(API_INSIDE))

build/fuzz/%: tests/fuzz/%.c build/fuzz/libesent.a
	$(call say,fuzz,$@)
	$(Q)$(CC_fuzz) $(FLAGS_fuzz) -MMD -MP -MF $@.d $< $(FUZZ_LINK) -o $@ build/fuzz/libesent.a $(LINK_LIBS_native)
-include $(wildcard build/fuzz/*.d)
FUZZ_PROGRAMS := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(FUZZ))

# Real databases, unpacked, for whoever asks for them.
CORPUS_DIR   = $(if $(SHARED),$(CURDIR)/build/corpus)
CORPUS_STAMP = $(if $(SHARED),build/corpus/.complete)
build/corpus/.complete:
	@mkdir -p build/corpus
	@for f in $(SHARED)/corpus/files/*.xz; do \
	    case $$f in \
	    *.tar.xz) tar -xJf $$f -C build/corpus ;; \
	    *) n=$${f##*/}; xz -dc $$f >build/corpus/$${n%.xz} ;; \
	    esac; \
	done
	@touch $@

SCRIPT_TESTS = \
    "script:tools/check-header" \
    "script:tools/check-mingw-header" \
    "script:tools/check-exports x86_64=build/x86_64/esent.dll" \
    "script:tools/check-exports i686=build/i686/esent.dll" \
    "script:tools/check-exports native=build/host/libesent.so" \
    "script:tools/make-exports --check" \
    "script:tools/api-table --check" \
    "script:tools/make-wine-makefile --check" \
    "script:tools/check-imports build/x86_64/esent.dll build/i686/esent.dll" \
    "script:tools/lint-floors"

TEST_PROGRAMS = $(TESTS_x86_64) $(TESTS_i686) $(TESTS_host) $(TESTS_asan) $(TESTS_tsan) $(FUZZ_PROGRAMS) $(CORPUS_STAMP) \
    $(foreach c,$(CRASH_CHECK),$(patsubst $(CURDIR)/%,%,$(lastword $(subst :, ,$(c))))) \
    build/x86_64/tests/esent.dll build/i686/tests/esent.dll
TESTS = $(SCRIPT_TESTS) \
    $(foreach v,asan tsan fuzz x86_64 i686 host,$(addprefix $(v):$(CURDIR)/,$(if $(filter fuzz,$(v)),$(FUZZ_PROGRAMS),$(TESTS_$(v))))) $(CRASH_CHECK)

# What make torture runs at length besides the fuzzers; how long is in its variables.
TORTURE = $(patsubst tests/crash/%.c,host:$(CURDIR)/build/host/crash/%,$(CRASH)) \
    $(foreach v,asan host,$(CONFORMANCE:%=$(v):$(CURDIR)/build/$(v)/conformance/%)) \
    $(patsubst %,host:$(CURDIR)/build/host/tests/%,histories mixture records_full) tsan:$(CURDIR)/build/tsan/api/mixture_threads \
    host:$(CURDIR)/build/host/tests/transfer_threads asan:$(CURDIR)/build/asan/api/garbage \
    tsan:$(CURDIR)/build/tsan/api/transfer_threads x86_64:$(CURDIR)/build/x86_64/tests/transfer_threads.exe
TORTURE_PROGRAMS = $(foreach c,$(TORTURE),$(patsubst $(CURDIR)/%,%,$(lastword $(subst :, ,$(c))))) build/x86_64/tests/esent.dll
