/* Evaluating ACPI methods: what StorPortInvokeAcpiMethod takes and gives. */
#pragma once
#pragma GCC system_header

#include "devioctl.h"

#define FILE_DEVICE_ACPI 0x00000032
#define IOCTL_ACPI_ASYNC_EVAL_METHOD CTL_CODE(FILE_DEVICE_ACPI, 0, METHOD_BUFFERED, FILE_READ_ACCESS | FILE_WRITE_ACCESS)
#define IOCTL_ACPI_EVAL_METHOD CTL_CODE(FILE_DEVICE_ACPI, 1, METHOD_BUFFERED, FILE_READ_ACCESS | FILE_WRITE_ACCESS)

/* Four characters, the last one first in memory. */
#define ACPI_EVAL_INPUT_BUFFER_SIGNATURE 0x42696541u                /* AeiB */
#define ACPI_EVAL_INPUT_BUFFER_SIMPLE_INTEGER_SIGNATURE 0x49696541u /* AeiI */
#define ACPI_EVAL_INPUT_BUFFER_SIMPLE_STRING_SIGNATURE 0x53696541u  /* AeiS */
#define ACPI_EVAL_INPUT_BUFFER_COMPLEX_SIGNATURE 0x43696541u        /* AeiC */
#define ACPI_EVAL_OUTPUT_BUFFER_SIGNATURE 0x426F6541u               /* AeoB */

#define ACPI_METHOD_ARGUMENT_INTEGER 0x0
#define ACPI_METHOD_ARGUMENT_STRING 0x1
#define ACPI_METHOD_ARGUMENT_BUFFER 0x2
#define ACPI_METHOD_ARGUMENT_PACKAGE 0x3
#define ACPI_METHOD_ARGUMENT_PACKAGE_EX 0x4

typedef struct _ACPI_METHOD_ARGUMENT {
    USHORT Type;
    USHORT DataLength;
    union {
        ULONG Argument;
        UCHAR Data[ANYSIZE_ARRAY];
    };
} ACPI_METHOD_ARGUMENT, *PACPI_METHOD_ARGUMENT;
SIM_ASSERT_SIZE(ACPI_METHOD_ARGUMENT, 8);

#define SIM_ACPI_METHOD_NAME     \
    union {                      \
        UCHAR MethodName[4];     \
        ULONG MethodNameAsUlong; \
    };

typedef struct _ACPI_EVAL_INPUT_BUFFER {
    ULONG Signature;
    SIM_ACPI_METHOD_NAME
} ACPI_EVAL_INPUT_BUFFER, *PACPI_EVAL_INPUT_BUFFER;
SIM_ASSERT_SIZE(ACPI_EVAL_INPUT_BUFFER, 8);

typedef struct _ACPI_EVAL_INPUT_BUFFER_SIMPLE_INTEGER {
    ULONG Signature;
    SIM_ACPI_METHOD_NAME
    ULONG IntegerArgument;
} ACPI_EVAL_INPUT_BUFFER_SIMPLE_INTEGER, *PACPI_EVAL_INPUT_BUFFER_SIMPLE_INTEGER;

typedef struct _ACPI_EVAL_INPUT_BUFFER_SIMPLE_STRING {
    ULONG Signature;
    SIM_ACPI_METHOD_NAME
    ULONG StringLength;
    UCHAR String[ANYSIZE_ARRAY];
} ACPI_EVAL_INPUT_BUFFER_SIMPLE_STRING, *PACPI_EVAL_INPUT_BUFFER_SIMPLE_STRING;

typedef struct _ACPI_EVAL_INPUT_BUFFER_COMPLEX {
    ULONG Signature;
    SIM_ACPI_METHOD_NAME
    ULONG Size;
    ULONG ArgumentCount;
    ACPI_METHOD_ARGUMENT Argument[ANYSIZE_ARRAY];
} ACPI_EVAL_INPUT_BUFFER_COMPLEX, *PACPI_EVAL_INPUT_BUFFER_COMPLEX;
SIM_ASSERT_SIZE(ACPI_EVAL_INPUT_BUFFER_COMPLEX, 24);

typedef struct _ACPI_EVAL_OUTPUT_BUFFER {
    ULONG Signature;
    ULONG Length;
    ULONG Count;
    ACPI_METHOD_ARGUMENT Argument[ANYSIZE_ARRAY];
} ACPI_EVAL_OUTPUT_BUFFER, *PACPI_EVAL_OUTPUT_BUFFER;
SIM_ASSERT_SIZE(ACPI_EVAL_OUTPUT_BUFFER, 20);

/* An argument takes at least the room of an integer. */
#define ACPI_METHOD_ARGUMENT_LENGTH(length) \
    (FIELD_OFFSET(ACPI_METHOD_ARGUMENT, Data) + ((length) > sizeof(ULONG) ? (length) : sizeof(ULONG)))
#define ACPI_METHOD_ARGUMENT_LENGTH_FROM_ARGUMENT(argument) \
    ACPI_METHOD_ARGUMENT_LENGTH(((PACPI_METHOD_ARGUMENT)(argument))->DataLength)
#define ACPI_METHOD_NEXT_ARGUMENT(argument) \
    ((PACPI_METHOD_ARGUMENT)((PUCHAR)(argument) + ACPI_METHOD_ARGUMENT_LENGTH_FROM_ARGUMENT(argument)))

/* Statements, as drivers write them with or without a semicolon. */
#define ACPI_METHOD_SET_ARGUMENT_INTEGER(argument, value) \
    {                                                     \
        (argument)->Type = ACPI_METHOD_ARGUMENT_INTEGER;  \
        (argument)->DataLength = sizeof(ULONG);           \
        (argument)->Argument = (value);                   \
    }
#define ACPI_METHOD_SET_ARGUMENT_STRING(argument, text)                                    \
    {                                                                                      \
        (argument)->Type = ACPI_METHOD_ARGUMENT_STRING;                                    \
        (argument)->DataLength = (USHORT)(strlen((const char *)(text)) + 1);               \
        RtlCopyMemory(&(argument)->Data[0], (const UCHAR *)(text), (argument)->DataLength); \
    }
#define ACPI_METHOD_SET_ARGUMENT_BUFFER(argument, bytes, length)                            \
    {                                                                                       \
        (argument)->Type = ACPI_METHOD_ARGUMENT_BUFFER;                                     \
        (argument)->DataLength = (USHORT)(length);                                          \
        RtlCopyMemory(&(argument)->Data[0], (const UCHAR *)(bytes), (argument)->DataLength); \
    }
