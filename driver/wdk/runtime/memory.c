/*
 * The memory and string functions of a module. Compilers call these for copies of records as well as for the calls
 * in the source. Each reports whole ranges to the engine before it moves a byte, so a checker sees one access of n
 * bytes at the caller's line, and another CPU may run before it, not within it. The string functions must look for
 * the end first; nothing else runs between that and the report, so the report still comes first in simulated time.
 *
 * Compiled without instrumentation and without builtins (a loop must not become a call to itself). Everything here
 * is hidden: the engine's own memcpy has another calling convention.
 */
#include <stddef.h>

#include "../simdefs.h"

#define HIDDEN __attribute__((visibility("hidden")))
#define CALLER __builtin_return_address(0)

extern void SIM_API storsim_range_read(const void *p, size_t n, void *pc);
extern void SIM_API storsim_range_write(void *p, size_t n, void *pc);

static void note_read(const void *p, size_t n, void *pc)
{
    if (n)
        storsim_range_read(p, n, pc);
}

static void note_write(void *p, size_t n, void *pc)
{
    if (n)
        storsim_range_write(p, n, pc);
}

static void copy_up(void *dst, const void *src, size_t n)
{
    __asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
}

static void copy_down(void *dst, const void *src, size_t n)
{
    unsigned char *d = dst;
    const unsigned char *s = src;

    while (n--)
        d[n] = s[n];
}

static void fill(void *dst, int value, size_t n)
{
    __asm__ volatile("rep stosb" : "+D"(dst), "+c"(n) : "a"(value) : "memory");
}

static void *move_from(void *dst, const void *src, size_t n, void *pc)
{
    note_read(src, n, pc);
    note_write(dst, n, pc);
    if ((size_t)dst - (size_t)src < n)
        copy_down(dst, src, n);
    else
        copy_up(dst, src, n);
    return dst;
}

/* Drivers do pass overlapping ranges to memcpy; what the compiler's own would do is not worth imitating. */
HIDDEN void *memcpy(void *dst, const void *src, size_t n)
{
    return move_from(dst, src, n, CALLER);
}

HIDDEN void *memmove(void *dst, const void *src, size_t n)
{
    return move_from(dst, src, n, CALLER);
}

HIDDEN void *memset(void *dst, int value, size_t n)
{
    note_write(dst, n, CALLER);
    fill(dst, value, n);
    return dst;
}

/* Later compilers call the instrumented copies by these names. */
HIDDEN void *__tsan_memcpy(void *dst, const void *src, size_t n)
{
    return move_from(dst, src, n, CALLER);
}

HIDDEN void *__tsan_memmove(void *dst, const void *src, size_t n)
{
    return move_from(dst, src, n, CALLER);
}

HIDDEN void *__tsan_memset(void *dst, int value, size_t n)
{
    note_write(dst, n, CALLER);
    fill(dst, value, n);
    return dst;
}

HIDDEN int memcpy_s(void *dst, size_t room, const void *src, size_t n)
{
    if (n <= room) {
        move_from(dst, src, n, CALLER);
        return 0;
    }
    if (dst) {
        note_write(dst, room, CALLER);
        fill(dst, 0, room);
    }
    return 34; /* ERANGE */
}

HIDDEN int memmove_s(void *dst, size_t room, const void *src, size_t n)
{
    if (n > room)
        return 34;
    move_from(dst, src, n, CALLER);
    return 0;
}

HIDDEN int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;
    size_t i;

    note_read(a, n, CALLER);
    note_read(b, n, CALLER);
    for (i = 0; i < n; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

HIDDEN void *memchr(const void *s, int c, size_t n)
{
    const unsigned char *p = s;
    size_t i = 0;

    while (i < n && p[i] != (unsigned char)c)
        i++;
    note_read(s, i < n ? i + 1 : n, CALLER);
    return i < n ? (void *)(p + i) : NULL;
}

static size_t length(const char *s, size_t most)
{
    size_t n = 0;

    while (n < most && s[n])
        n++;
    return n;
}

HIDDEN size_t strlen(const char *s)
{
    size_t n = length(s, (size_t)-1);

    note_read(s, n + 1, CALLER);
    return n;
}

HIDDEN size_t strnlen(const char *s, size_t most)
{
    size_t n = length(s, most);

    note_read(s, n < most ? n + 1 : n, CALLER);
    return n;
}

static int compare(const char *a, const char *b, size_t most, void *pc)
{
    size_t i = 0;

    while (i < most && a[i] && a[i] == b[i])
        i++;
    note_read(a, i < most ? i + 1 : i, pc);
    note_read(b, i < most ? i + 1 : i, pc);
    return i < most ? (unsigned char)a[i] - (unsigned char)b[i] : 0;
}

HIDDEN int strcmp(const char *a, const char *b)
{
    return compare(a, b, (size_t)-1, CALLER);
}

HIDDEN int strncmp(const char *a, const char *b, size_t n)
{
    return compare(a, b, n, CALLER);
}

HIDDEN char *strcpy(char *dst, const char *src)
{
    return move_from(dst, src, length(src, (size_t)-1) + 1, CALLER);
}

HIDDEN char *strncpy(char *dst, const char *src, size_t n)
{
    size_t used = length(src, n);

    move_from(dst, src, used, CALLER);
    note_write(dst + used, n - used, CALLER);
    fill(dst + used, 0, n - used);
    return dst;
}

HIDDEN char *strcat(char *dst, const char *src)
{
    size_t used = length(dst, (size_t)-1);

    note_read(dst, used + 1, CALLER);
    move_from(dst + used, src, length(src, (size_t)-1) + 1, CALLER);
    return dst;
}

HIDDEN char *strchr(const char *s, int c)
{
    size_t i = 0;

    while (s[i] && s[i] != (char)c)
        i++;
    note_read(s, i + 1, CALLER);
    return s[i] == (char)c ? (char *)(s + i) : NULL;
}

HIDDEN char *strstr(const char *s, const char *wanted)
{
    size_t n = length(wanted, (size_t)-1), i, j;

    note_read(wanted, n + 1, CALLER);
    for (i = 0;; i++) {
        for (j = 0; j < n && s[i + j] == wanted[j]; j++)
            ;
        if (j == n || !s[i + j])
            break;
    }
    note_read(s, i + j + (j < n), CALLER);
    return j == n ? (char *)(s + i) : NULL;
}

HIDDEN size_t wcslen(const wchar_t *s)
{
    size_t n = 0;

    while (s[n])
        n++;
    note_read(s, (n + 1) * sizeof(*s), CALLER);
    return n;
}

HIDDEN int wcscmp(const wchar_t *a, const wchar_t *b)
{
    size_t i = 0;

    while (a[i] && a[i] == b[i])
        i++;
    note_read(a, (i + 1) * sizeof(*a), CALLER);
    note_read(b, (i + 1) * sizeof(*b), CALLER);
    return a[i] < b[i] ? -1 : a[i] > b[i];
}

/*
 * Named by every instrumented object's constructor. storsim-cc removes the constructors (the loader would call them
 * in the host's convention, and there is nothing to construct); the name still has to mean something.
 */
HIDDEN void __tsan_init(void)
{
}

/* Named by objects that use floating point. */
HIDDEN int _fltused = 1;
