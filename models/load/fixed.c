/* models/load/fixed.c - logarithms and powers in integers, the same on every machine. */
#include "models/load/fixed.h"

#include "sim/engine/sim_assert.h"

__extension__ typedef unsigned __int128 wide;

/* One bit at a time: squaring a mantissa of [1, 2) doubles its logarithm. */
uint64_t load__log2(uint64_t x)
{
    uint32_t zeros, exponent;
    uint64_t mantissa, fraction = 0; /* Q62 */

    SIM_ASSERT(x);
    zeros = (uint32_t)__builtin_clzll(x);
    exponent = 63 - zeros;
    mantissa = (x << zeros) >> 1;
    for (int bit = 31; bit >= 0; bit--) {
        mantissa = (uint64_t)(((wide)mantissa * mantissa) >> 62);
        if (mantissa >> 63) {
            fraction |= UINT64_C(1) << bit;
            mantissa >>= 1;
        }
    }
    return ((uint64_t)exponent << 32) | fraction;
}

/* 2^-(1/2), 2^-(1/4), ... 2^-(2^-32), Q64. */
static const uint64_t roots[32] = {
    UINT64_C(0xb504f333f9de6484), UINT64_C(0xd744fccad69d6af4), UINT64_C(0xeac0c6e7dd24392e),
    UINT64_C(0xf5257d152486cc2c), UINT64_C(0xfa83b2db722a033a), UINT64_C(0xfd3e0c0cf486c174),
    UINT64_C(0xfe9e115c7b8f884b), UINT64_C(0xff4ecb59511ec8a5), UINT64_C(0xffa756521c8daed1),
    UINT64_C(0xffd3a751c0f7e10b), UINT64_C(0xffe9d2b2f7db2755), UINT64_C(0xfff4e91bff1b8c3d),
    UINT64_C(0xfffa747ea0040664), UINT64_C(0xfffd3a3b7814eb53), UINT64_C(0xfffe9d1cc60ddab1),
    UINT64_C(0xffff4e8e25879bfa), UINT64_C(0xffffa7470363f451), UINT64_C(0xffffd3a37dda0313),
    UINT64_C(0xffffe9d1bdf703ae), UINT64_C(0xfffff4e8debe025e), UINT64_C(0xfffffa746f4fa150),
    UINT64_C(0xfffffd3a37a3f8b0), UINT64_C(0xfffffe9d1bd1065a), UINT64_C(0xffffff4e8de845ad),
    UINT64_C(0xffffffa746f41376), UINT64_C(0xffffffd3a37a05e3), UINT64_C(0xffffffe9d1bd01fb),
    UINT64_C(0xfffffff4e8de80c0), UINT64_C(0xfffffffa746f4050), UINT64_C(0xfffffffd3a37a024),
    UINT64_C(0xfffffffe9d1bd011), UINT64_C(0xffffffff4e8de808),
};

uint64_t load__exp2_minus(uint64_t y)
{
    uint64_t result = UINT64_MAX, whole = y >> 32;

    if (whole >= 64)
        return 0;
    for (int i = 0; i < 32; i++)
        if (y >> (31 - i) & 1)
            result = (uint64_t)(((wide)result * roots[i]) >> 64);
    return result >> whole;
}
