/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stands in for libFuzzer where a compiler has none: runs the files named on the command line, and those in folders. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned executions;

static void run_file(FILE *file)
{
    size_t size = 0, room = 65536, n;
    uint8_t *data = malloc(room);

    while (data && (n = fread(data + size, 1, room - size, file)) > 0)
    {
        size += n;
        if (size == room)
            data = realloc(data, room *= 2);
    }
    if (data)
        LLVMFuzzerTestOneInput(data, size);
    executions++;
    free(data);
}

static void run_path(const char *path)
{
    char name[4096];
    struct dirent *entry;
    DIR *dir = opendir(path);
    FILE *file;

    if (dir)
    {
        while ((entry = readdir(dir)))
        {
            if (entry->d_name[0] == '.')
                continue;
            snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
            run_path(name);
        }
        closedir(dir);
        return;
    }
    if (!(file = fopen(path, "rb")))
        return;
    run_file(file);
    fclose(file);
}

int main(int argc, char **argv)
{
    int i;

    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (i = 1; i < argc; i++)
        if (argv[i][0] != '-')
            run_path(argv[i]);
    printf("stat::number_of_executed_units: %u\n", executions + 1);
    return 0;
}
