/* sim/main.c - storsim. */
#include "sim/cli/cli.h"

int main(int argc, char **argv)
{
    return sim_cli_main(argc, argv);
}
