// calls.c: calls that are banned, and some that only look so.
// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

// strcpy(a, b) in a comment is no call.
static void calls(struct clock *clock, char *to, const char *from)
{
    strcpy(to, from);
    sprintf(to, "atoi(%s)", from);
    int number = atoi (from);
    clock->system(number);
    clock->now.rand();
    my_strcat(to, from);
    localtime(NULL);
    setenv("NAME", "value", 1);
    char quote = '"';
    popen(from, "r");
}
