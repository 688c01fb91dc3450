// env.c: tests may change the environment, and nothing else that is banned.
// SPDX-License-Identifier: Apache-2.0
static void prepare(void)
{
    setenv("TZ", "UTC", 1);
    system("true");
}
