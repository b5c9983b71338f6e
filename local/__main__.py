"""`python -m local COMMAND`: the commands of `genesys-purge local`."""

import sys

from cli.__main__ import main

if __name__ == "__main__":
    sys.exit(main(is_alias=True))
