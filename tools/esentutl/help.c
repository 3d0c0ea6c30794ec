/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What there is, for who asks with /? or asked for what there is not. */
#include "esentutl.h"

#define EXIT_USAGE (-1)

static const char *const lines[] = {
    "/d DATABASE     writes it anew without what is free",
    "                    /t FILE where to, /p and leave it there, /b FILE keeps the old one",
    "/g DATABASE     checks that everything in it agrees; /v counts, /f PREFIX of the report",
    "/k FILE         checks the checksums of a database, log, checkpoint or flush map; /k BASE those of all of a log",
    "                    /e not those of a database",
    "/m FILE         looks into a file; alone it is /mh",
    "    /mh DATABASE    its header",
    "    /mk CHECKPOINT  a checkpoint file",
    "    /ml LOG         a log file; /ml BASE all of a log",
    "                    /v its records, /s their sums only, /r FIRST[-LAST] of these generations (in hex) only,",
    "                    /c FILE records added to that file as lines of values with commas between,",
    "                    /x and the end of that one log is mended where the last write did not arrive whole",
    "    /mm DATABASE    its tables, columns and indexes; /t NAME one table",
    "    /mn DATABASE    its pages and nodes; /p FIRST[:LAST] of these only, /t NAME of one table,",
    "                    /a also nodes that are deleted",
    "    /mp FLUSHMAP    the header of a flush map; /p PAGE of the map, /v and the states of pages",
    "    /ms DATABASE    what its trees own and have available; /v also small ones, /t NAME of one table,",
    "                    /f FIELD[,FIELD] these columns, or #default, #legacy, #all; /csv with commas between",
    "    /mc DATABASE    what each page is for: sums, /v each; /p FIRST[:LAST] of these only, /f changes nothing",
    "    /mr /mt /mb FILE    of revert snapshots, traces and block caches are not there",
    "    /m DATABASE /p PAGE             that page",
    "                /p PAGE /k KEY      the leaf where the key is, in hex, from that page of a tree downwards;",
    "                                    /d DATA and what follows it, in trees where keys are not unique",
    "                /n PAGE:NODE        one node; /p PAGE /n NODE is the same",
    "                /i PAGE:TAG         one line of a page by its tag, as it is there",
    "/p DATABASE     makes a damaged one whole of what there is of it; what is lost is told",
    "                    /t FILE meanwhile, /f PREFIX of the report, /g only checks, as mode /g does",
    "/r BASE         replays the logs of this base name",
    "                    /l FOLDER of logs, /s FOLDER of the checkpoint, /e there need be no logs,",
    "                    /d[FOLDER] where databases are now, /n NEW[:OLD] or some of them, /n* and the others,",
    "                    /i without databases that are missing, /a without lost logs, /t deletes the logs then,",
    "                    /u[GENERATION[:SEGMENT:BYTE]] undoes nothing, and goes no further than that,",
    "                    /k DATABASE makes it shorter then (/kf is the same), /p DATABASE finds pages it lost,",
    "                    /b FOLDER of a backup that is restored before, /r FOLDER where to,",
    "                    /c5 /c8 digits in the names of logs, /w# generations that a database may be behind",
    "/y FILE         copies it; /d FILE where to, /i zeroes in place of what cannot be read",
    "/z DATABASE     overwriting what was deleted, or /t giving back what is free, are not there",
};

int usage(const char *complaint, const WCHAR *argument)
{
    char text[256] = "";
    size_t size = 0;

    if (argument && os_text_from_wide(OS_CP_UTF8, argument, os_text_length_max(argument, 60), text, sizeof(text) - 1,
                                      &size, NULL) >= 0)
        text[size] = 0;
    if (complaint)
        fprintf(stderr, "Usage Error: %s%s%s\n\n", complaint, *text ? ": " : "", text);
    fprintf(stderr, "usage: esentutl MODE [OPTIONS]\n\n");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        fprintf(stderr, "    %s\n", lines[i]);
    fprintf(stderr,
            "\nof all modes: /o no banner, /v verbose, /2 /4 /8 /16 /32 the pages have that many KB (found out\n"
            "otherwise).  /vss, /vssrec BASE FOLDER, /vsssystempath FOLDER and /vsspause of /g /k /m /y want a\n"
            "snapshot of a volume, which there is not.  /config, /efv, /detach and /! change nothing.\n");
    return EXIT_USAGE;
}
