/* models/storport/format.c - a formatter for Windows' format strings.
 *
 * Understands %d %i %u %o %x %X %c %C %s %S %p %Z with flags, width and precision, the sizes h l ll
 * w I I32 I64 z, and Windows' 32-bit long. Text may be of either width: in a wide one %s is a wide
 * string and %S a narrow one.
 */
#include <string.h>

#include "models/storport/sp_private.h"

#include <ntstrsafe.h>

#define WIDTH_MAX 256

struct text {
    char *narrow; /* one of these, or neither: then characters are only counted */
    WCHAR *wide;
    bool is_wide;
    size_t written, left; /* characters, the final zero not counted */
    bool cut;
};

struct spec {
    bool minus, zero, plus, space, alternate;
    bool wide, narrow;    /* said of a string */
    int width, precision; /* precision -1: none */
    int bytes;            /* of an integer argument: 2, 4 or 8 */
    char conversion;
};

static void put(struct text *t, char c)
{
    if (!t->left) {
        t->cut = true;
        return;
    }
    if (t->narrow)
        *t->narrow++ = c;
    if (t->wide)
        *t->wide++ = (unsigned char)c;
    t->written++;
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

/* No further than one character past the room. */
static size_t most_of(const struct text *t, const struct spec *spec)
{
    size_t most = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision;

    return most <= t->left ? most : t->left + 1;
}

static void put_string(struct text *t, const struct spec *spec, const char *s)
{
    if (!s)
        s = "(null)";
    put_padded(t, spec, s, (int)strnlen(s, most_of(t, spec)));
}

static void put_wide(struct text *t, const struct spec *spec, const WCHAR *s, size_t most)
{
    int n = 0;

    while (s && (size_t)n < most && s[n])
        n++;
    if (!spec->minus)
        fill(t, ' ', spec->width - n);
    for (int i = 0; i < n; i++)
        put(t, s[i] < 0x80 ? (char)s[i] : '?');
    if (spec->minus)
        fill(t, ' ', spec->width - n);
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
        bool wide, narrow;
    } sizes[] = {{"I64", 8, false, false}, {"I32", 4, false, false}, {"I", 8, false, false},
                 {"ll", 8, false, false},  {"l", 4, true, false},    {"hh", 4, false, true},
                 {"h", 2, false, true},    {"w", 4, true, false},    {"z", 8, false, false}};

    spec->bytes = 4;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (!strncmp(f, sizes[i].text, strlen(sizes[i].text))) {
            spec->bytes = sizes[i].bytes;
            spec->wide = sizes[i].wide;
            spec->narrow = sizes[i].narrow;
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
        if (spec->wide || (!spec->narrow && (spec->conversion == 'S') != t->is_wide))
            put_wide(t, spec, (const WCHAR *)(uintptr_t)value, most_of(t, spec));
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

static void format_all(struct text *t, const char *format, const uint64_t *args, uint32_t count)
{
    uint32_t next = 0;

    while (*format) {
        struct spec spec;

        if (*format != '%') {
            put(t, *format++);
            continue;
        }
        if (format[1] == '%') {
            put(t, '%');
            format += 2;
            continue;
        }
        format = parse(format + 1, &spec);
        if (spec.width == INT32_MIN)
            spec.width = measure(spec.width, next < count ? args[next++] : 0);
        if (spec.precision == INT32_MIN)
            spec.precision = measure(spec.precision, next < count ? args[next++] : 0);
        if (spec.conversion)
            put_converted(t, &spec, next < count ? args[next++] : 0);
    }
}

uint32_t sp__format_slots(const char *format)
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
    return n < SP_FORMAT_ARGS ? n : SP_FORMAT_ARGS;
}

bool sp__format(char *out, size_t bytes, const char *format, const uint64_t *args, uint32_t count)
{
    struct text t = {.narrow = out, .left = bytes - 1};

    format_all(&t, format, args, count);
    *t.narrow = '\0';
    return !t.cut;
}

/* --- the driver's own strings (ntstrsafe.h) -------------------------------------------------- */

#define FORMAT_MAX 2048

static bool narrowed(char *out, const WCHAR *format)
{
    size_t n = 0;

    for (; n < FORMAT_MAX && format[n]; n++)
        out[n] = format[n] < 0x80 ? (char)format[n] : '?';
    if (n == FORMAT_MAX)
        return false;
    out[n] = '\0';
    return true;
}

/* Once to see how much is written, which the world must know first. */
NTSTATUS SIM_API storsim_vformat(PVOID Destination, SIZE_T Room, BOOLEAN Wide, const VOID *Format,
                                 __builtin_ms_va_list Arguments)
{
    size_t unit = Wide ? sizeof(WCHAR) : sizeof(CHAR);
    struct text t = {.is_wide = Wide, .left = Room - 1};
    uint64_t args[SP_FORMAT_ARGS];
    const char *format = Format;
    char narrow[FORMAT_MAX];
    uint32_t count;

    if (!Destination || !Room || !Format || (Wide && !narrowed(narrow, Format)))
        return STATUS_INVALID_PARAMETER;
    if (Wide)
        format = narrow;
    count = sp__format_slots(format);
    for (uint32_t i = 0; i < count; i++)
        args[i] = __builtin_va_arg(Arguments, uint64_t);
    format_all(&t, format, args, count);
    sp__touch(Destination, (t.written + 1) * unit);
    t = (struct text){.narrow = Wide ? NULL : Destination,
                      .wide = Wide ? Destination : NULL,
                      .is_wide = Wide,
                      .left = Room - 1};
    format_all(&t, format, args, count);
    if (Wide)
        *t.wide = 0;
    else
        *t.narrow = '\0';
    return t.cut ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}
