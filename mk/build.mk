# SPDX-License-Identifier: LGPL-2.1-or-later
# Objects and libraries: one directory in build/ for each way of compiling.
# V=1 shows the commands.

Q   := $(if $(V),,@)
say  = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(2)')

ENGINE     := $(sort $(shell find dlls/esent -name '*.c'))
PE_ONLY    := $(filter %/main.c,$(ENGINE)) $(foreach f,$(ENGINE),$(if $(filter win32%,$(notdir $(f))),$(f)))
POSIX_ONLY := $(foreach f,$(ENGINE),$(if $(filter posix%,$(notdir $(f))),$(f)))
PE_SRC     := $(filter-out $(POSIX_ONLY),$(ENGINE))
NATIVE_SRC := $(filter-out $(PE_ONLY),$(ENGINE))

WARN     = -Wall -Wextra -Werror
CSTD     = -std=gnu11
INCLUDES = -Iinclude -Idlls/esent
DEFINES  = -DJET_VERSION=0x0A01
COMMON   = $(CSTD) -O2 -g $(WARN) $(INCLUDES) $(DEFINES)

CC_x86_64 = x86_64-w64-mingw32-gcc
CC_i686   = i686-w64-mingw32-gcc
HOSTCC   ?= gcc
CLANG    ?= clang

# 32-bit callers keep the stack aligned to 4 bytes only.
FLAGS_x86_64 = $(COMMON) -D__USE_MINGW_ANSI_STDIO=1
FLAGS_i686   = $(COMMON) -D__USE_MINGW_ANSI_STDIO=1 -msse2 -mfpmath=sse -mstackrealign
NATIVE       = $(COMMON) -fshort-wchar -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
FLAGS_host     = $(NATIVE) -fPIC
FLAGS_asan     = $(NATIVE) -O1 -fPIC -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DESENT_ASSERTS
FLAGS_tsan     = $(NATIVE) -O1 -fno-omit-frame-pointer -fsanitize=thread -Wno-tsan -DESENT_ASSERTS
FLAGS_coverage = $(NATIVE) -O0 --coverage -DESENT_ASSERTS
FLAGS_fuzz     = $(NATIVE) -fno-omit-frame-pointer $(FUZZ_SANITIZE) -fno-sanitize-recover=all -DESENT_ASSERTS
CC_host = $(HOSTCC)
CC_asan = $(HOSTCC)
CC_tsan = $(HOSTCC)
CC_coverage = $(HOSTCC)

# libFuzzer where there is one, else a main that runs the seeds.
HAVE_LIBFUZZER := $(shell $(CLANG) -print-file-name=libclang_rt.fuzzer-x86_64.a 2>/dev/null | grep /)
ifneq ($(HAVE_LIBFUZZER),)
CC_fuzz       = $(CLANG)
# Following comparisons costs more than half of the executions and finds little: inputs are changes, not bytes compared.
FUZZ_SANITIZE = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-coverage=trace-cmp
FUZZ_LINK     = -fsanitize=fuzzer,address,undefined
else
CC_fuzz       = $(HOSTCC)
FUZZ_SANITIZE = -fsanitize=address,undefined
FUZZ_LINK     = -fsanitize=address,undefined tests/fuzz/support/main.c
endif

LINK_LIBS_native = -lpthread -lm -ldl

# $(1) variant, $(2) its sources
define objects
build/$(1)/obj/%.o: %.c mk/build.mk
	$$(call say,$(1),$$<)
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) $$(FLAGS_$(1)_$$(word 3,$$(subst /, ,$$<))) -MMD -MP -c $$< -o $$@
OBJ_$(1) := $(patsubst %.c,build/$(1)/obj/%.o,$(2))
-include $(patsubst %.c,build/$(1)/obj/%.d,$(2))
endef

$(eval $(call objects,x86_64,$(PE_SRC)))
$(eval $(call objects,i686,$(PE_SRC)))
$(eval $(call objects,host,$(NATIVE_SRC)))
$(eval $(call objects,asan,$(NATIVE_SRC)))
$(eval $(call objects,tsan,$(NATIVE_SRC)))
$(eval $(call objects,coverage,$(NATIVE_SRC)))
$(eval $(call objects,fuzz,$(NATIVE_SRC)))

# Only the API is seen from outside; below it calls are direct.
$(foreach floor,os format cache log txn btree table recovery maintain,$(eval FLAGS_host_$(floor) = -fvisibility=hidden))

# ---- the DLLs ----------------------------------------------------------------

DEF_x86_64 = esent.def
DEF_i686   = esent.i686.def
LIBDEF_x86_64 = esent.def
LIBDEF_i686   = esent.i686.lib.def
DLLTOOL_i686  = -k

define dll
# One object: its version, and the messages that it tells the event log.
build/$(1)/obj/messages.rc: dlls/esent/os/event_table.h tools/make-messages
	@mkdir -p $$(@D)
	$$(Q)tools/make-messages $$(@D)/messages.mc
	$$(Q)$(1)-w64-mingw32-windmc -h $$(@D) -r $$(@D) $$(@D)/messages.mc
build/$(1)/obj/resources.o: dlls/esent/version.rc build/$(1)/obj/messages.rc
	$$(Q)cat $$^ | $(1)-w64-mingw32-windres -J rc -Iinclude -Idlls/esent -I$$(@D) -o $$@

build/$(1)/esent.dll: $$(OBJ_$(1)) build/$(1)/obj/resources.o $$(DEF_$(1))
	$$(call say,$(1),$$@)
	$$(Q)$$(CC_$(1)) -shared -static-libgcc -o $$@ $$(filter %.o,$$^) $$(DEF_$(1)) $$(LINK_$(1)) \
	    -Wl,--enable-stdcall-fixup,--no-insert-timestamp -lkernel32 -ladvapi32

build/$(1)/libesent.a: $$(LIBDEF_$(1))
	@mkdir -p $$(@D)
	$$(Q)$(1)-w64-mingw32-dlltool $$(DLLTOOL_$(1)) -d $$< -l $$@ -D esent.dll

build/$(1)/%.exe: tools/%.c build/$(1)/libesent.a
	$$(call say,$(1),$$@)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) -MMD -MP -static-libgcc $$< -o $$@ build/$(1)/libesent.a
build/$(1)/%.exe: examples/%.c build/$(1)/libesent.a
	$$(call say,$(1),$$@)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) -MMD -MP -static-libgcc $$< -o $$@ build/$(1)/libesent.a
-include $(patsubst tools/%.c,build/$(1)/%.d,$(wildcard tools/*.c))
endef
$(eval $(call dll,x86_64))
$(eval $(call dll,i686))

# ---- the native library ------------------------------------------------------

MAP   := $(wildcard dlls/esent/esent.map)
LINK_MAP := $(MAP:%=-Wl,--version-script=%)
ALIAS := $(wildcard dlls/esent/esent.alias.ld)
build/host/libesent.so: $(OBJ_host) $(MAP) $(ALIAS)
	$(call say,host,$@)
	$(Q)$(HOSTCC) -shared -Wl,-soname,libesent.so,-Bsymbolic,-z,defs -o $@ $(OBJ_host) \
	    $(LINK_MAP) $(ALIAS) $(LINK_LIBS_native)

# The programs that test the API under ASan share one: each with its own copy of the engine takes a gigabyte.
build/asan/libesent.so: $(OBJ_asan) $(MAP) $(ALIAS)
	$(call say,asan,$@)
	$(Q)$(HOSTCC) $(FLAGS_asan) -shared -Wl,-soname,libesent.so,-Bsymbolic -o $@ $(OBJ_asan) \
	    $(LINK_MAP) $(ALIAS) $(LINK_LIBS_native)

build/host/%: tools/%.c build/host/libesent.so
	$(call say,host,$@)
	$(Q)$(HOSTCC) $(FLAGS_host) -MMD -MP -MF $@.d $< -o $@ build/host/libesent.so -Wl,-rpath,'$$ORIGIN'
build/host/%: examples/%.c build/host/libesent.so
	$(call say,host,$@)
	$(Q)$(HOSTCC) $(filter-out -Idlls/esent,$(FLAGS_host)) -MMD -MP -MF $@.d $< -o $@ build/host/libesent.so -Wl,-rpath,'$$ORIGIN'
-include $(patsubst tools/%.c,build/host/%.d,$(wildcard tools/*.c))

# A floor's tests reach past the API: all objects, linked statically.
define archive
build/$(1)/libesent.a: $$(OBJ_$(1))
	@rm -f $$@.tmp
	$$(Q)ar rcs $$@.tmp $$^ && mv $$@.tmp $$@
endef
$(foreach v,asan tsan coverage fuzz host,$(eval $(call archive,$(v))))

LIBRARIES = build/x86_64/esent.dll build/x86_64/libesent.a build/i686/esent.dll build/i686/libesent.a build/host/libesent.so

# ---- esentutl ----------------------------------------------------------------

# It reads files that the API would not open, so the engine is linked into it.
ESENTUTL := $(sort $(wildcard tools/esentutl/*.c)) tools/log_text.c tools/log_csv.c
define esentutl
build/$(1)/tool/%.o: tools/%.c
	$$(call say,$(1),$$<)
	@mkdir -p $$(@D)
	$$(Q)$$(CC_$(1)) $$(FLAGS_$(1)) -MMD -MP -c $$< -o $$@
build/$(1)/esentutl$(2): $(ESENTUTL:tools/%.c=build/$(1)/tool/%.o) $$(filter-out %/main.o,$$(OBJ_$(1)))
	$$(call say,$(1),$$@)
	$$(Q)$$(CC_$(1)) -o $$@ $$^ $(3)
-include $(ESENTUTL:tools/%.c=build/$(1)/tool/%.d)
endef
$(eval $(call esentutl,x86_64,.exe,-municode -static-libgcc -ladvapi32))
$(eval $(call esentutl,i686,.exe,-municode -static-libgcc -ladvapi32))
$(eval $(call esentutl,host,,$(LINK_LIBS_native)))
$(eval $(call esentutl,asan,,-fsanitize=address -fsanitize=undefined $(LINK_LIBS_native)))
