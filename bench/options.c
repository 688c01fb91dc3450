// options.c: the load generator's command line, and its line of results.
// SPDX-License-Identifier: Apache-2.0
#include "bench/load.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: bench-load --port N --request FILE [--request FILE ...]\n"
    "  --connections N   kept alive (64)\n"
    "  --seconds S       how long (2)\n"
    "  --jobs N          how many at most\n"
    "  --rate R          jobs a second at random moments, timed from when they were due;\n"
    "                    without it each connection asks again when it is answered\n"
    "  --status N        that replies have to have (200)\n"
    "  --first N         number of the first item (0)\n"
    "  --count N         number of items (no end)\n"
    "  --random          items at random\n"
    "  --seed N          of the random numbers (1)\n"
    "  --values FILE     one line for each item\n"
    "  --contains TEXT   with gaps as in forms: what replies have to contain\n"
    "  --save FILE       gets number and id from each reply\n";

enum option_id {
    OPTION_PORT = 256,
    OPTION_CONNECTIONS,
    OPTION_SECONDS,
    OPTION_JOBS,
    OPTION_RATE,
    OPTION_STATUS,
    OPTION_FIRST,
    OPTION_COUNT,
    OPTION_RANDOM,
    OPTION_SEED,
    OPTION_VALUES,
    OPTION_CONTAINS,
    OPTION_SAVE,
    OPTION_REQUEST,
};

static const struct option long_options[] = {
    {"port", required_argument, NULL, OPTION_PORT},
    {"connections", required_argument, NULL, OPTION_CONNECTIONS},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"status", required_argument, NULL, OPTION_STATUS},
    {"first", required_argument, NULL, OPTION_FIRST},
    {"count", required_argument, NULL, OPTION_COUNT},
    {"random", no_argument, NULL, OPTION_RANDOM},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"values", required_argument, NULL, OPTION_VALUES},
    {"contains", required_argument, NULL, OPTION_CONTAINS},
    {"save", required_argument, NULL, OPTION_SAVE},
    {"request", required_argument, NULL, OPTION_REQUEST},
    {0},
};

static _Noreturn void refuse(void)
{
    fputs(usage, stderr);
    exit(EXIT_FAILURE);
}

static uint64_t whole(const char *text)
{
    char *end = NULL;
    uint64_t number = strtoull(text, &end, 10);
    if (end == text || *end != '\0') {
        refuse();
    }
    return number;
}

static double real(const char *text)
{
    char *end = NULL;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || number < 0) {
        refuse();
    }
    return number;
}

static void take(int id, struct options *out)
{
    switch (id) {
    case OPTION_PORT:
        out->port = (uint16_t)whole(optarg);
        break;
    case OPTION_CONNECTIONS:
        out->connections = (unsigned)whole(optarg);
        break;
    case OPTION_SECONDS:
        out->seconds = real(optarg);
        break;
    case OPTION_JOBS:
        out->jobs = whole(optarg);
        break;
    case OPTION_RATE:
        out->rate = real(optarg);
        break;
    case OPTION_STATUS:
        out->status = (int)whole(optarg);
        break;
    case OPTION_FIRST:
        out->first = whole(optarg);
        break;
    case OPTION_COUNT:
        out->count = whole(optarg);
        break;
    case OPTION_RANDOM:
        out->random = true;
        break;
    case OPTION_SEED:
        out->seed = whole(optarg);
        break;
    case OPTION_VALUES:
        out->values = optarg;
        break;
    case OPTION_CONTAINS:
        out->contains = optarg;
        break;
    case OPTION_SAVE:
        out->save = optarg;
        break;
    case OPTION_REQUEST:
        if (out->form_count == FORMS_MAX) {
            refuse();
        }
        out->forms[out->form_count++] = optarg;
        break;
    default:
        refuse();
    }
}

void options_parse(int argc, char **argv, struct options *out)
{
    *out = (struct options){.connections = 64, .seconds = 2, .status = 200, .seed = 1};
    for (;;) {
        int id = getopt_long(argc, argv, "", long_options, NULL);
        if (id < 0) {
            break;
        }
        take(id, out);
    }
    bool endless = out->seconds <= 0 && out->jobs == 0;
    if (optind != argc || out->port == 0 || out->form_count == 0 || out->connections == 0 ||
        out->seed == 0 || endless) {
        refuse();
    }
}

static void print_text(const char *text, FILE *out)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            fputc('\\', out);
        }
        if (c >= 0x20 && c < 0x7F) {
            fputc(c, out);
        } else {
            fprintf(out, "\\u%04x", c);
        }
    }
    fputc('"', out);
}

void counts_print(const struct counts *counts, FILE *out)
{
    const struct histogram *histogram = &counts->histogram;
    double seconds = (double)counts->elapsed_ns / 1e9;
    uint64_t answered = counts->requests > 0 ? counts->requests : 1;
    fprintf(out,
            "{\"requests\":%llu,\"seconds\":%.3f,\"rate\":%.1f,\"wrong\":%llu,\"broken\":%llu,"
            "\"unanswered\":%llu,\"reconnects\":%llu,",
            (unsigned long long)counts->requests, seconds,
            seconds > 0 ? (double)counts->requests / seconds : 0, (unsigned long long)counts->wrong,
            (unsigned long long)counts->broken, (unsigned long long)counts->unanswered,
            (unsigned long long)counts->reconnects);
    fprintf(out, "\"body_min\":%zu,\"body_max\":%zu,\"body_mean\":%.1f,", counts->body_min,
            counts->body_max, (double)counts->body_bytes / (double)answered);
    fprintf(out, "\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f,\"status\":{",
            histogram_at(histogram, 0.5), histogram_at(histogram, 0.99),
            histogram_at(histogram, 0.999), (double)histogram->max_ns / 1e3);
    const char *comma = "";
    for (int status = 0; status < STATUS_MAX; status++) {
        if (counts->statuses[status] > 0) {
            fprintf(out, "%s\"%d\":%llu", comma, status,
                    (unsigned long long)counts->statuses[status]);
            comma = ",";
        }
    }
    fputs("},\"first_wrong\":", out);
    print_text(counts->first_wrong, out);
    fputs("}\n", out);
}
