"""Plans of any size, the memory of their turns, and that of a verification.

Genesys, S3 and the tables are outside of the memory, so it is that of the functions.
"""

from __future__ import annotations

import contextlib
import gc
import io
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.scale.deployment import Deployment, deployed
from bench.scale.endless_genesys import EndlessGenesys
from bench.scale.figures import Figures
from bench.scale.measured import HOUR, bill
from bench.scale.organisations import DAYS, LIMITS, Organisation, archive_request
from bench.scale.tables import elsewhere
from simulator import Corpus
from tests.clock import NOON

STATUS, CLEAR_REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
PLAN, VERIFY = "PlanPurgeFunction", "VerifyBatchFunction"
KB_A_MB = 1_024
# A list of ids has at most 100 MB. UUIDs need 37 bytes each; longer lists have shorter ids.
MOST_UUIDS = 2_500_000


class Memory:
    """The peak memory of the invocations of each function, in MB above the idle process."""

    def __init__(self) -> None:
        # The tests collect rarely; a function does it by default.
        gc.set_threshold(700, 10, 10)
        gc.collect()
        self._idle = _status("VmRSS")
        self.peaks: dict[str, float] = {}

    @contextmanager
    def watched(self, function: str) -> Iterator[None]:
        """Note the peak of an invocation."""
        CLEAR_REFS.write_text("5")
        yield
        used = _status("VmHWM") - self._idle
        self.peaks[function] = max(self.peaks.get(function, 0.0), used)


def _status(name: str) -> float:
    """A size of this process in MB, as Linux reports it."""
    [line] = [each for each in STATUS.read_text().splitlines() if each.startswith(f"{name}:")]
    return int(line.split()[1]) / KB_A_MB


def documented(organisation: Organisation) -> Figures:
    """A plan of ids in S3, then the first batch up to its verification."""
    with _deployed(organisation) as deployment, tempfile.TemporaryFile() as file:
        # A list in memory would leave room in the idle process, where later use is not seen.
        file.writelines(f"{each}\n".encode() for each in _ids(organisation.records))
        file.seek(0)
        url = deployment.app.put_object("ids.txt", file)
        return _planned("documented", organisation, deployment, archive_request(url))


def live(organisation: Organisation) -> Figures:
    """A plan of a range without protected conversations, then its first batch."""
    with _deployed(organisation) as deployment:
        request = organisation.recordings_request()
        return _planned("live, clean", organisation, deployment, request)


@contextmanager
def _deployed(organisation: Organisation) -> Iterator[Deployment]:
    a_day = max(1, round(organisation.records / DAYS))
    empty = Corpus.compose(now=NOON)
    endless = partial(EndlessGenesys, a_day)
    with deployed(empty, LIMITS, genesys=endless, tables=elsewhere()) as deployment:
        deployment.machine.most_children = 1
        yield deployment


def _planned(
    name: str, organisation: Organisation, deployment: Deployment, request: Mapping[str, Any]
) -> Figures:
    memory = Memory()
    deployment.around = memory.watched
    with contextlib.redirect_stdout(io.StringIO()):
        run = deployment.run(request)
    plans = [each for each in deployment.invocations if each.function == PLAN]
    return Figures(
        name=name,
        records=organisation.records,
        hours=sum(each.waited for each in plans) / HOUR,
        jobs=run["plan"]["batches"],
        calls=sum(each.calls["genesys"] for each in plans),
        transitions=deployment.machine.transitions["PlanPurge"],
        invocations=len(plans),
        write_units=deployment.usage.write_units,
        puts=deployment.usage.calls["s3.PutObject"],
        bill=bill(deployment),
        more={
            "planned": run["plan"]["targeted"],
            "planning_mb": memory.peaks[PLAN],
            "verification_mb": memory.peaks[VERIFY],
        },
    )


def _ids(count: int) -> Iterator[str]:
    if count <= MOST_UUIDS:
        return (f"{number:08x}-0000-4000-9000-{number:012x}" for number in range(count))
    return (f"{number:08x}" for number in range(count))
