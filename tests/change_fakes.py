"""In-memory adapters of the ports that export changes and evaluate contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import RLock
from typing import IO, TYPE_CHECKING

from genesys_purge.campaign_rules import ports as campaign_ports
from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.exporting import ports as export_ports
from genesys_purge.campaign_rules.exporting.campaign_export import CampaignExport
from genesys_purge.errors import FieldError, InvalidRequest, LostRace
from genesys_purge.model.audit import AuditRecord

from tests.fakes import MemoryAuditLog


class MemoryChangeExports:
    """Progress by campaign; `before_write` receives each state first, and may raise."""

    def __init__(self, audit: MemoryAuditLog) -> None:
        self._audit = audit
        self._lock = RLock()
        self._exports: dict[Campaign, str] = {}
        self.before_write: Callable[[CampaignExport], None] = lambda export: None

    def get(self, campaign: Campaign) -> CampaignExport | None:
        stored = self._exports.get(campaign)
        return CampaignExport.model_validate_json(stored) if stored else None

    def put(self, export: CampaignExport, record: AuditRecord | None = None) -> None:
        self.before_write(export)
        with self._lock:
            stored = self.get(export.campaign)
            if (stored.version if stored else 0) + 1 != export.version:
                raise LostRace("another worker changed the record")
            self._exports[export.campaign] = export.model_dump_json(
                by_alias=True, exclude_none=True
            )
            if record:
                self._audit.append(record)


class MemoryFiles:
    """Objects by URL, read in pieces; `before_put` receives each URL, and may raise."""

    def __init__(self, piece: int = 7) -> None:
        self.objects: dict[str, bytes] = {}
        self.before_put: Callable[[str], None] = lambda url: None
        self._piece = piece

    def read(self, url: str) -> Iterator[bytes]:
        if url not in self.objects:
            raise InvalidRequest([FieldError("contactsFrom", f"{url} does not exist")])
        content = self.objects[url]
        for start in range(0, len(content), self._piece):
            yield content[start : start + self._piece]

    def put(self, url: str, file: IO[bytes]) -> None:
        self.before_put(url)
        file.seek(0)
        self.objects[url] = file.read()


if TYPE_CHECKING:
    _exports: export_ports.ChangeExports = MemoryChangeExports(MemoryAuditLog())
    _files: campaign_ports.Files = MemoryFiles()
