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

.PHONY: format do-lint lint-floors lint-format lint-compile lint-cppcheck lint-generated

do-lint: lint-floors lint-generated lint-compile lint-format lint-cppcheck

lint-floors:
	tools/lint-floors

lint-generated:
	tools/make-exports --check
	tools/make-wine-makefile --check

# Warnings are errors in every build; clang sees others than gcc.
CLANG_OBJ := $(patsubst %.c,build/clang/obj/%.o,$(NATIVE_SRC))
build/clang/obj/%.o: %.c
	@mkdir -p $(@D)
	@$(CLANG) $(NATIVE) -MMD -MP -c $< -o $@
-include $(CLANG_OBJ:.o=.d)
lint-compile: $(CLANG_OBJ) $(OBJ_x86_64) $(OBJ_i686) $(OBJ_host)

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
