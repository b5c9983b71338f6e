"""Reads a run again and again until it has ended."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cli.reports.observation import ENDED, Observation
from cli.stack.api import Api

# An API accepts ten requests a second from all callers together.
EVERY_SECONDS, LOCALLY = 2.0, 0.3
# More batches than these pages have are not read before the first of them have ended.
MOST_PAGES = 3


class Follower:
    """The observations of one run, of which only the pages that may change are read again."""

    def __init__(self, api: Api, run_id: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._api = api
        self._path = f"/purges/{run_id}"
        self._sleep = sleep
        self._pages: list[dict[str, Any]] = []
        self._unverified = 0

    def observations(self, every: float) -> Iterator[Observation]:
        """The run now, and each `every` seconds until it has finished."""
        while True:
            observed = self.observed()
            yield observed
            if observed.is_finished:
                return
            self._sleep(every)

    def observed(self) -> Observation:
        """The run now; at its end with all batches."""
        first = self._read(0)
        if first["status"] == "finished":
            return self.observed_whole()
        left, index = MOST_PAGES, 0
        while left and self._pages[index].get("next"):
            index += 1
            if index == len(self._pages) or not _has_ended(self._pages[index]):
                self._read(index)
                left -= 1
        self._read_unverified()
        return self._observation(first)

    def observed_whole(self) -> Observation:
        """The run now with all batches."""
        first, index = self._read(0), 0
        while self._pages[index].get("next"):
            index += 1
            self._read(index)
        return self._observation(first)

    def _read_unverified(self) -> None:
        """Read one page of batches that await verification again, each in its turn."""
        waiting = [
            index
            for index, page in enumerate(self._pages)
            if index and _has_ended(page) and not _is_verified(page)
        ]
        if waiting:
            self._unverified += 1
            self._read(waiting[self._unverified % len(waiting)])

    def _observation(self, first: Mapping[str, Any]) -> Observation:
        batches = [batch for page in self._pages for batch in page.get("batches", ())]
        answer = {name: value for name, value in first.items() if name != "next"}
        return Observation.read({**answer, "batches": batches})

    def _read(self, index: int) -> dict[str, Any]:
        after = self._pages[index - 1]["next"] if index else None
        page = self._api.get(self._path, next=after)
        self._api.require_progress(after, page)
        self._pages[index : index + 1] = [page]
        return page


def _has_ended(page: Mapping[str, Any]) -> bool:
    """Whether the jobs of all batches of the page have ended."""
    return bool(page.get("next")) and all(each["status"] in ENDED for each in page["batches"])


def _is_verified(page: Mapping[str, Any]) -> bool:
    return all(each.get("verification") != "pending" for each in page["batches"])
