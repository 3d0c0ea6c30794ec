# SPDX-License-Identifier: LGPL-2.1-or-later

LINT_C := $(ENGINE) $(shell find dlls/esent tests tools examples -name '*.[ch]' 2>/dev/null | sort)
LINT_C := $(sort $(filter-out %_table.h tests/abi/constants.h tests/abi/structs.h,$(LINT_C)))
# Left to the compilers, which follow what a called function stores: uninitialized members.
CPPCHECK = cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -j $(JOBS) \
    --enable=warning,performance,portability \
    --suppress=missingInclude --suppress=missingIncludeSystem --suppress=unusedFunction \
    --suppress=normalCheckLevelMaxBranches --suppress=checkersReport --suppress=preprocessorErrorDirective \
    --suppress=ctuuninitvar --suppress=uninitStructMember \
    -D__linux__ -D__LP64__ -D__GNUC__=12 -DJET_VERSION=0x0A01 -Iinclude -Idlls/esent

.PHONY: format do-lint lint-floors lint-format lint-compile lint-wine lint-cppcheck lint-generated

do-lint: lint-floors lint-generated lint-compile lint-wine lint-format lint-cppcheck

lint-floors:
	tools/lint-floors

lint-generated:
	tools/make-exports --check
	tools/make-messages --check
	tools/make-wine-makefile --check

# Warnings are errors in every build; clang sees others than gcc.
CLANG_OBJ := $(patsubst %.c,build/clang/obj/%.o,$(NATIVE_SRC))
build/clang/obj/%.o: %.c
	@mkdir -p $(@D)
	@$(CLANG) $(NATIVE) -MMD -MP -c $< -o $@
-include $(CLANG_OBJ:.o=.d)
lint-compile: $(CLANG_OBJ) $(OBJ_x86_64) $(OBJ_i686) $(OBJ_host)

# As a Wine tree compiles it: with Wine's headers and C library, and its warnings.
WINE_INCLUDE = /usr/include/wine/wine
WINE_OBJ := $(patsubst %.c,build/wine/obj/%.o,$(PE_SRC))
build/wine/obj/%.o: %.c
	@mkdir -p $(@D)
	@x86_64-w64-mingw32-gcc -Idlls/esent -Iinclude -I$(WINE_INCLUDE)/windows -I$(WINE_INCLUDE)/msvcrt -D_UCRT \
	    -D__WINESRC__ -D__WINE_PE_BUILD -DJET_VERSION=0x0A01 -O2 -fno-strict-aliasing -Werror -Wall \
	    -Wdeclaration-after-statement -Wempty-body -Wignored-qualifiers -Winit-self -Wno-packed-not-aligned \
	    -Wshift-overflow=2 -Wstrict-prototypes -Wtype-limits -Wunused-but-set-parameter -Wvla -Wwrite-strings \
	    -Wpointer-arith -Wlogical-op -Wabsolute-value -MMD -MP -c $< -o $@
-include $(WINE_OBJ:.o=.d)
lint-wine: $(WINE_OBJ)

# Headers are laid out by hand: their comments stand in columns.  So are tables.
FORMAT_C := $(filter-out %.h dlls/esent/os/nls_locales.c,$(LINT_C))
lint-format:
	@clang-format --dry-run -Werror $(FORMAT_C)

# Puts what lint-format complains of into shape.
format:
	@clang-format -i $(FORMAT_C)

lint-cppcheck:
	@mkdir -p build/cppcheck
	@$(CPPCHECK) --cppcheck-build-dir=build/cppcheck $(NATIVE_SRC)
