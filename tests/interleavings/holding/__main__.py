"""`make simulate-holds`: places holds at any point of many runs, or replays one seed."""

import sys

from tests.interleavings.holding import HOLDS

if __name__ == "__main__":
    sys.exit(HOLDS.main(__doc__))
