/* sim/explain/units.c - numbers as people read them. */
#include "sim/explain/units.h"

#include <stdio.h>
#include <string.h>

/* Three digits of value / unit. */
static char *three_digits(char *out, sim_ns value, sim_ns unit, const char *name)
{
    double number = (double)value / (double)unit;
    int decimals = number >= 99.95 || value % unit == 0 ? 0 : number >= 9.995 ? 1 : 2;

    snprintf(out, SIM_UNITS_BYTES, "%.*f %s", decimals, number, name);
    return out;
}

char *sim_text_span(char *out, sim_ns ns)
{
    long long s = ns / SIM_S;

    if (ns < 0)
        return strcpy(out, "-");
    if (ns < SIM_US)
        return three_digits(out, ns, 1, "ns");
    if (ns < SIM_MS)
        return three_digits(out, ns, SIM_US, "us");
    if (ns < SIM_S)
        return three_digits(out, ns, SIM_MS, "ms");
    if (s < 120)
        return three_digits(out, ns, SIM_S, "s");
    if (s < 7200)
        snprintf(out, SIM_UNITS_BYTES, "%lld min %lld s", s / 60, s % 60);
    else if (s < 48 * 3600)
        snprintf(out, SIM_UNITS_BYTES, "%lld h %lld min", s / 3600, s % 3600 / 60);
    else
        snprintf(out, SIM_UNITS_BYTES, "%lld days %lld h", s / 86400, s % 86400 / 3600);
    return out;
}

char *sim_text_time(char *out, sim_ns at)
{
    long long us = at / SIM_US;

    snprintf(out, SIM_UNITS_BYTES, "%lld.%03lld %03lld s", us / 1000000, us / 1000 % 1000,
             us % 1000);
    return out;
}

char *sim_text_exact(char *out, sim_ns at)
{
    long long us = at / SIM_US;

    snprintf(out, SIM_UNITS_BYTES, "%lld.%03lld %03lld %03lld", us / 1000000, us / 1000 % 1000,
             us % 1000, (long long)(at % SIM_US));
    return out;
}

char *sim_text_count(char *out, uint64_t count)
{
    char digits[32];
    size_t n = (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)count);
    char *to = out;

    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}
