"""`make simulate-approvals`: lets persons decide at any point of many runs, or replays a seed."""

import sys

from tests.interleavings.approving import APPROVALS

if __name__ == "__main__":
    sys.exit(APPROVALS.main(__doc__))
