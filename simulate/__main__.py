"""`python -m simulate` is the command `noisewise`."""

import sys

from simulate.cli import main

if __name__ == "__main__":
    sys.exit(main())
