/* The string functions of the module runtime. All report their ranges to the engine. */
#pragma once
#pragma GCC system_header

#include <stddef.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int value, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strcpy(char *dst, const char *src);
char *strncpy(char *dst, const char *src, size_t n);
char *strcat(char *dst, const char *src);
char *strchr(const char *s, int c);
char *strstr(const char *s, const char *wanted);
size_t wcslen(const wchar_t *s);
int wcscmp(const wchar_t *a, const wchar_t *b);

/* Returns non-zero, and clears `dst`, when it is too small. */
int memcpy_s(void *dst, size_t room, const void *src, size_t n);
int memmove_s(void *dst, size_t room, const void *src, size_t n);
