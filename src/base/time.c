// time.c: dateTime values, by the proleptic Gregorian calendar and without the C library's zones.
// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { DAY_MS = 86400000, NS_IN_MS = 1000000 };

// Days since 1970-01-01 of a civil date; years start in March so that leap days come last.
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static void put_digits(char *out, int value, int width)
{
    for (int at = width - 1; at >= 0; at--) {
        out[at] = (char)('0' + value % 10);
        value /= 10;
    }
}

void time_print(int64_t ms, char out[TIME_TEXT_LEN])
{
    int64_t earliest = days_from_civil(0, 1, 1) * DAY_MS;
    int64_t latest = days_from_civil(10000, 1, 1) * DAY_MS - 1;
    ms = ms < earliest ? earliest : (ms > latest ? latest : ms);
    int64_t days = ms / DAY_MS - (ms % DAY_MS < 0);
    int rest = (int)(ms - days * DAY_MS);
    int year = 0;
    int month = 0;
    int day = 0;
    civil_from_days(days, &year, &month, &day);
    memcpy(out, "0000-00-00T00:00:00.000Z", TIME_TEXT_LEN);
    put_digits(out, year, 4);
    put_digits(out + 5, month, 2);
    put_digits(out + 8, day, 2);
    put_digits(out + 11, rest / 3600000, 2);
    put_digits(out + 14, rest / 60000 % 60, 2);
    put_digits(out + 17, rest / 1000 % 60, 2);
    put_digits(out + 20, rest % 1000, 3);
}

// Takes exactly `width` digits and the character behind them (0: none).
static bool take_number(str *s, int width, char behind, int *out)
{
    size_t need = (size_t)width + (behind != 0);
    if (s->len < need || (behind != 0 && s->ptr[width] != behind)) {
        return false;
    }
    *out = 0;
    for (int at = 0; at < width; at++) {
        if (s->ptr[at] < '0' || s->ptr[at] > '9') {
            return false;
        }
        *out = *out * 10 + (s->ptr[at] - '0');
    }
    *s = str_tail(*s, need);
    return true;
}

static bool take_fraction(str *s, int *ns)
{
    *ns = 0;
    if (s->len == 0 || s->ptr[0] != '.') {
        return true;
    }
    size_t at = 1;
    for (int weight = 100000000; at < s->len && s->ptr[at] >= '0' && s->ptr[at] <= '9'; at++) {
        *ns += weight * (s->ptr[at] - '0');
        weight /= 10;
    }
    bool sane = at >= 2 && at <= 10;
    *s = str_tail(*s, at);
    return sane;
}

static bool take_offset(str *s, int *minutes)
{
    *minutes = 0;
    if (s->len == 0) {
        return true;
    }
    char sign = s->ptr[0];
    *s = str_tail(*s, 1);
    if (sign == 'Z' || sign == 'z') {
        return true;
    }
    int hour = 0;
    int minute = 0;
    if ((sign != '+' && sign != '-') || !take_number(s, 2, ':', &hour) ||
        !take_number(s, 2, 0, &minute) || hour > 14 || minute > 59) {
        return false;
    }
    *minutes = (sign == '-' ? -1 : 1) * (hour * 60 + minute);
    return true;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

bool time_parse(str text, int64_t *ms)
{
    int ignored = 0;
    return time_parse_exact(text, ms, &ignored);
}

bool time_parse_exact(str text, int64_t *ms, int *rest_ns)
{
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int fraction = 0;
    int offset = 0;
    if (!take_number(&text, 4, '-', &year) || !take_number(&text, 2, '-', &month) ||
        !take_number(&text, 2, 'T', &day) || !take_number(&text, 2, ':', &hour) ||
        !take_number(&text, 2, ':', &minute) || !take_number(&text, 2, 0, &second) ||
        !take_fraction(&text, &fraction) || !take_offset(&text, &offset) || text.len != 0) {
        return false;
    }
    bool midnight = hour == 24 && minute == 0 && second == 0 && fraction == 0;
    if (month < 1 || month > 12 || day < 1 || day > month_days(year, month) ||
        (hour > 23 && !midnight) || minute > 59 || second > 60) {
        return false;
    }
    int64_t minutes = (int64_t)hour * 60 + minute - offset;
    *ms = days_from_civil(year, month, day) * DAY_MS + (minutes * 60 + second) * 1000 +
          fraction / NS_IN_MS;
    *rest_ns = fraction % NS_IN_MS;
    return true;
}
