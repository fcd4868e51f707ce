#pragma once
#pragma GCC system_header
static __inline int isdigit(int c) { return c >= '0' && c <= '9'; }
static __inline int isupper(int c) { return c >= 'A' && c <= 'Z'; }
static __inline int islower(int c) { return c >= 'a' && c <= 'z'; }
static __inline int isalpha(int c) { return isupper(c) || islower(c); }
static __inline int isspace(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static __inline int isprint(int c) { return c >= 0x20 && c < 0x7f; }
static __inline int toupper(int c) { return islower(c) ? c - 32 : c; }
static __inline int tolower(int c) { return isupper(c) ? c + 32 : c; }
