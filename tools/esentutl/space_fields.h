/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of /ms. */
#ifndef TOOLS_ESENTUTL_SPACE_FIELDS_H
#define TOOLS_ESENTUTL_SPACE_FIELDS_H

#include "esentutl.h"

#define SPACE_FIELDS 32

struct space_fields
{
    uint8_t field[SPACE_FIELDS];
    unsigned count;
    bool csv;         /* with commas between, and no blanks */
    bool whole_names; /* longer than their column */
};

/* What a line's numbers are compared with. */
struct space_context
{
    const struct space_fields *fields;
    const char *database_name;
    uint32_t page_size;
    uint32_t database; /* pages that it owns */
    uint32_t table;    /* and the table at hand */
};

/* Names with commas between, case ignored, or a set: #default, #legacy, #all.  false: there is none of such a name. */
bool space_fields_parse(struct space_fields *wanted, const char *list);

void space_fields_header(const struct space_fields *wanted);
void space_fields_line(const struct space_context *context, const struct space_line *line);

double space_percent(uint32_t part, uint32_t whole);

#endif
