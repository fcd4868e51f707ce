#!/usr/bin/python3
"""scenarios/matrix/long.py - the matrix with 1,000 seeds a cell, a quarter of a million runs; or with --seeds N."""
# label: long
# timeout: 7200
import sys

import matrix

if __name__ == "__main__":
    sys.argv[1:1] = ["--seeds", "1000"]
    sys.exit(matrix.main())
