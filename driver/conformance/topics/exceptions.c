/*
 * exceptions.c: blocks of __try in the manner of 2012: one after another, inside each other, in loops, left in the middle.
 */
#include "ram.h"

static ULONG
ExAfterAnother (
    __in ULONG ulStop
    )
{
    ULONG ulTrack = 0;

    __try
    {
        ulTrack |= 1;
        if (ulStop == 1)
            __leave;
        ulTrack |= 2;
    }
    __finally
    {
        ulTrack |= 4;
    }

    __try {
        if (ulStop == 2)
            __leave;
        ulTrack |= 8;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        ulTrack |= 0x1000;
    }

    __try {
        ulTrack |= 16;
    } __finally {
        ulTrack |= 32;
    }
    return ulTrack;
}

static ULONG
ExInside (
    __in ULONG ulStop
    )
{
    ULONG ulTrack = 0;

    __try
    {
        __try
        {
            if (ulStop == 1)
                __leave;
            ulTrack |= 1;
        }
        __finally
        {
            ulTrack |= 2;
        }
        if (ulStop == 2)
            __leave;
        __try
        {
            ulTrack |= 4;
        }
        __except (GetExceptionCode() == 0xC0000005 ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH)
        {
            ulTrack |= 0x1000;
        }
    }
    __finally
    {
        ulTrack |= 8;
        __try
        {
            __leave;
        }
        __finally
        {
            ulTrack |= 16;
        }
    }
    return ulTrack;
}

/* The loop around a block is left from within, and so is one inside of it. */
static ULONG
ExInLoops (
    VOID
    )
{
    ULONG ulIndex, ulInner, ulTrack = 0;

    for (ulIndex = 0; ulIndex < 10; ulIndex++)
    {
        __try
        {
            if (ulIndex == 1)
                continue;
            for (ulInner = 0; ulInner < 10; ulInner++)
            {
                if (ulIndex == 2 && ulInner == 3)
                    __leave;
                ulTrack++;
            }
            if (ulIndex == 3)
                break;
        }
        __finally
        {
            ulTrack += 100;
        }
    }
    return ulTrack;
}

static BOOLEAN
ExInitialize (
    __in PRAM_ADAPTER pAdapter
    )
{
    UNREFERENCED_PARAMETER(pAdapter);
    ASSERT(ExAfterAnother(0) == (1 | 2 | 4 | 8 | 16 | 32));
    ASSERT(ExAfterAnother(1) == (1 | 4 | 8 | 16 | 32));
    ASSERT(ExAfterAnother(2) == (1 | 2 | 4 | 16 | 32));
    ASSERT(ExInside(0) == (1 | 2 | 4 | 8 | 16));
    ASSERT(ExInside(1) == (2 | 4 | 8 | 16));
    ASSERT(ExInside(2) == (1 | 2 | 8 | 16));
    ASSERT(ExInLoops() == 10 + 3 + 10 + 2 * 100);
    return TRUE;
}

const RAM_HOOKS RamHooks = {.Initialize = ExInitialize};
