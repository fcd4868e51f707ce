/* models/storport/debug.c - StorPortDebugPrint and DbgPrint: a formatter for Windows' format
 * strings.
 *
 * Understands %d %i %u %o %x %X %c %s %S %p %Z with flags, width and precision, the sizes h l ll w
 * I I32 I64 z, and Windows' 32-bit long. Text is dropped unless someone listens (sp_set_debug); it
 * never decides anything.
 */
#include <stdio.h>
#include <string.h>

#include "models/storport/sp_private.h"

#define LINE_MAX_BYTES 512
#define WIDTH_MAX 256

/* Not part of the world, like a trace sink. */
static struct {
    sp_debug_fn fn;
    void *ctx;
} listener;

void sp_set_debug(sp_debug_fn fn, void *ctx)
{
    listener.fn = fn;
    listener.ctx = ctx;
}

struct text {
    char *at;
    size_t left; /* for characters, the final zero not counted */
};

struct spec {
    bool minus, zero, plus, space, alternate, wide;
    int width, precision; /* precision -1: none */
    int bytes;            /* of an integer argument: 2, 4 or 8 */
    char conversion;
};

static void put(struct text *t, char c)
{
    if (!t->left)
        return;
    *t->at++ = c;
    t->left--;
}

static void fill(struct text *t, char c, int n)
{
    while (n-- > 0)
        put(t, c);
}

static void put_padded(struct text *t, const struct spec *spec, const char *s, int n)
{
    if (!spec->minus)
        fill(t, ' ', spec->width - n);
    for (int i = 0; i < n; i++)
        put(t, s[i]);
    if (spec->minus)
        fill(t, ' ', spec->width - n);
}

/* --- numbers --------------------------------------------------------------------------------- */

static int digits_of(uint64_t value, unsigned base, bool upper, char *end)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    int n = 0;

    do {
        *--end = digits[value % base];
        value /= base;
        n++;
    } while (value);
    return n;
}

static const char *prefix_of(const struct spec *spec, bool negative)
{
    if (negative)
        return "-";
    if (spec->plus)
        return "+";
    if (spec->space)
        return " ";
    return spec->alternate && (spec->conversion | 0x20) == 'x' ? "0x" : "";
}

static void put_number(struct text *t, const struct spec *spec, uint64_t value, bool negative,
                       unsigned base)
{
    char room[80];
    const char *prefix = prefix_of(spec, negative);
    int n = digits_of(value, base, spec->conversion == 'X' || spec->conversion == 'p',
                      room + sizeof room);
    int zeros = spec->precision > n ? spec->precision - n : 0, prefix_bytes = (int)strlen(prefix),
        pad;

    if (spec->zero && !spec->minus && spec->precision < 0 && spec->width > n + prefix_bytes)
        zeros = spec->width - n - prefix_bytes;
    pad = spec->width - n - zeros - prefix_bytes;
    if (!spec->minus)
        fill(t, ' ', pad);
    while (*prefix)
        put(t, *prefix++);
    fill(t, '0', zeros);
    for (int i = 0; i < n; i++)
        put(t, room[sizeof room - (size_t)n + (size_t)i]);
    if (spec->minus)
        fill(t, ' ', pad);
}

static void put_signed(struct text *t, const struct spec *spec, int64_t value)
{
    put_number(t, spec, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0, 10);
}

/* --- strings --------------------------------------------------------------------------------- */

static void put_string(struct text *t, const struct spec *spec, const char *s)
{
    size_t most = spec->precision < 0 ? LINE_MAX_BYTES : (size_t)spec->precision;

    if (!s)
        s = "(null)";
    put_padded(t, spec, s, (int)strnlen(s, most));
}

static void put_wide(struct text *t, const struct spec *spec, const WCHAR *s, size_t most)
{
    char narrow[WIDTH_MAX];
    size_t n = 0;

    for (; s && n < most && n < sizeof narrow && s[n]; n++)
        narrow[n] = s[n] < 0x80 ? (char)s[n] : '?';
    put_padded(t, spec, narrow, (int)n);
}

/* --- parsing --------------------------------------------------------------------------------- */

static const char *parse_flags(const char *f, struct spec *spec)
{
    for (;; f++) {
        if (*f == '-')
            spec->minus = true;
        else if (*f == '0')
            spec->zero = true;
        else if (*f == '+')
            spec->plus = true;
        else if (*f == ' ')
            spec->space = true;
        else if (*f == '#')
            spec->alternate = true;
        else
            return f;
    }
}

static const char *parse_int(const char *f, int *out)
{
    for (*out = 0; *f >= '0' && *f <= '9'; f++)
        if (*out < WIDTH_MAX)
            *out = *out * 10 + (*f - '0');
    if (*out > WIDTH_MAX)
        *out = WIDTH_MAX;
    return f;
}

static const char *parse_size(const char *f, struct spec *spec)
{
    static const struct {
        const char *text;
        int bytes;
        bool wide;
    } sizes[] = {{"I64", 8, false}, {"I32", 4, false}, {"I", 8, false},
                 {"ll", 8, false},  {"l", 4, true},    {"hh", 4, false},
                 {"h", 2, false},   {"w", 4, true},    {"z", 8, false}};

    spec->bytes = 4;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (!strncmp(f, sizes[i].text, strlen(sizes[i].text))) {
            spec->bytes = sizes[i].bytes;
            spec->wide = sizes[i].wide;
            return f + strlen(sizes[i].text);
        }
    return f;
}

/* A width or precision: digits, or '*' for the next argument, which the caller fetches (INT32_MIN
 * says so). */
static const char *parse_measure(const char *f, int *out)
{
    if (*f != '*')
        return parse_int(f, out);
    *out = INT32_MIN;
    return f + 1;
}

static const char *parse(const char *f, struct spec *spec)
{
    *spec = (struct spec){.precision = -1};
    f = parse_flags(f, spec);
    f = parse_measure(f, &spec->width);
    if (*f == '.')
        f = parse_measure(f + 1, &spec->precision);
    f = parse_size(f, spec);
    spec->conversion = *f;
    return *f ? f + 1 : f;
}

/* --- arguments: each is an eight-byte slot in Microsoft's convention ------------------------- */

static uint64_t truncated(uint64_t value, int bytes)
{
    return bytes == 8 ? value : bytes == 4 ? (uint32_t)value : (uint16_t)value;
}

static int64_t sign_extended(uint64_t value, int bytes)
{
    return bytes == 8 ? (int64_t)value : bytes == 4 ? (int32_t)value : (int16_t)value;
}

static void put_counted(struct text *t, const struct spec *spec, uint64_t value)
{
    const UNICODE_STRING *wide = (const UNICODE_STRING *)(uintptr_t)value;
    const STRING *narrow = (const STRING *)(uintptr_t)value;
    struct spec counted = *spec;

    if (!value)
        return;
    if (spec->wide) {
        put_wide(t, spec, wide->Buffer, wide->Length / 2u);
        return;
    }
    counted.precision = narrow->Length;
    put_string(t, &counted, narrow->Buffer);
}

static void put_converted(struct text *t, const struct spec *spec, uint64_t value)
{
    struct spec pointer = *spec;
    char c = (char)value;

    switch (spec->conversion) {
    case 'd':
    case 'i':
        put_signed(t, spec, sign_extended(value, spec->bytes));
        break;
    case 'u':
        put_number(t, spec, truncated(value, spec->bytes), false, 10);
        break;
    case 'o':
        put_number(t, spec, truncated(value, spec->bytes), false, 8);
        break;
    case 'x':
    case 'X':
        put_number(t, spec, truncated(value, spec->bytes), false, 16);
        break;
    case 'p':
        pointer.precision = 16;
        put_number(t, &pointer, value, false, 16);
        break;
    case 'c':
    case 'C':
        put_padded(t, spec, &c, 1);
        break;
    case 's':
    case 'S':
        if (spec->wide || spec->conversion == 'S')
            put_wide(t, spec, (const WCHAR *)(uintptr_t)value,
                     spec->precision < 0 ? WIDTH_MAX : (size_t)spec->precision);
        else
            put_string(t, spec, (const char *)(uintptr_t)value);
        break;
    case 'Z':
        put_counted(t, spec, value);
        break;
    default: /* unknown: shown as it stands */
        put(t, '%');
        put(t, spec->conversion);
        break;
    }
}

static int measure(int parsed, uint64_t argument)
{
    int value = (int32_t)argument;

    if (parsed != INT32_MIN)
        return parsed;
    return value < 0 ? 0 : value < WIDTH_MAX ? value : WIDTH_MAX;
}

void sp__format(char *out, size_t bytes, const char *format, const uint64_t *args, uint32_t count)
{
    struct text t = {.at = out, .left = bytes - 1};
    uint32_t next = 0;

    while (*format) {
        struct spec spec;

        if (*format != '%') {
            put(&t, *format++);
            continue;
        }
        if (format[1] == '%') {
            put(&t, '%');
            format += 2;
            continue;
        }
        format = parse(format + 1, &spec);
        if (spec.width == INT32_MIN)
            spec.width = measure(spec.width, next < count ? args[next++] : 0);
        if (spec.precision == INT32_MIN)
            spec.precision = measure(spec.precision, next < count ? args[next++] : 0);
        if (spec.conversion)
            put_converted(&t, &spec, next < count ? args[next++] : 0);
    }
    *t.at = '\0';
}

/* --- the routines ---------------------------------------------------------------------------- */

#define ARGS_MAX 24

/* How many argument slots a format takes: no more are read. */
static uint32_t slots_of(const char *format)
{
    uint32_t n = 0;

    while (*format) {
        struct spec spec;

        if (*format++ != '%')
            continue;
        if (*format == '%') {
            format++;
            continue;
        }
        format = parse(format, &spec);
        n += 1u + (spec.width == INT32_MIN) + (spec.precision == INT32_MIN);
    }
    return n < ARGS_MAX ? n : ARGS_MAX;
}

static void say(const char *format, const uint64_t *args, uint32_t count)
{
    char line[LINE_MAX_BYTES];

    sp__format(line, sizeof line, format, args, count);
    listener.fn(line, listener.ctx);
}

/* A macro because va_start wants the variadic function's own last parameter. */
#define PRINT(format)                                   \
    do {                                                \
        __builtin_ms_va_list list;                      \
        uint64_t args[ARGS_MAX];                        \
        uint32_t count = slots_of(format);              \
                                                        \
        __builtin_ms_va_start(list, format);            \
        for (uint32_t i = 0; i < count; i++)            \
            args[i] = __builtin_va_arg(list, uint64_t); \
        __builtin_ms_va_end(list);                      \
        say(format, args, count);                       \
    } while (0)

VOID SIM_API StorPortDebugPrint(ULONG DebugPrintLevel, PCSTR DebugMessage, ...)
{
    (void)DebugPrintLevel;
    sim_point(sp__present()->at.sim, SP_COST);
    if (listener.fn && DebugMessage)
        PRINT(DebugMessage);
}

ULONG SIM_API DbgPrint(PCSTR Format, ...)
{
    sim_point(sp__present()->at.sim, SP_COST);
    if (listener.fn && Format)
        PRINT(Format);
    return 0;
}

ULONG SIM_API DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
    (void)ComponentId;
    (void)Level;
    sim_point(sp__present()->at.sim, SP_COST);
    if (listener.fn && Format)
        PRINT(Format);
    return 0;
}
