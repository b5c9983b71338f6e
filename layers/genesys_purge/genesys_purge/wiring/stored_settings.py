"""The settings that operators store."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters

if TYPE_CHECKING:
    from genesys_purge.store.inherited_settings import InheritedSettings
    from genesys_purge.stored_settings.asked_changes import StoreApproved
    from genesys_purge.stored_settings.put_setting import PutSetting
    from genesys_purge.stored_settings.read_settings import ReadSettings


@cache
def put_setting() -> PutSetting:
    from genesys_purge.store.protections import Protections
    from genesys_purge.stored_settings.asked_changes import AskChange
    from genesys_purge.stored_settings.organisation_names import OrganisationNames
    from genesys_purge.stored_settings.put_setting import PutSetting

    tables, now = adapters.settings().tables, adapters.now
    settings, values = adapters.stored_settings(), inherited()
    in_force = Protections(adapters.aws("dynamodb"), tables.holds, tables.stops, now)
    names = OrganisationNames(settings, values, in_force.holds, in_force.stops)
    ask = AskChange(adapters.approvals(), now)
    return PutSetting(settings, values, names, ask, adapters.meter(), now)


def store_approved() -> StoreApproved:
    from genesys_purge.stored_settings.asked_changes import StoreApproved

    return StoreApproved(adapters.stored_settings(), adapters.meter())


@cache
def read_settings() -> ReadSettings:
    from genesys_purge.stored_settings.read_settings import ReadSettings

    return ReadSettings(adapters.stored_settings(), inherited(), adapters.ledger())


def inherited() -> InheritedSettings:
    from genesys_purge.store.inherited_settings import InheritedSettings

    this = adapters.settings()
    names = this.parameters
    return InheritedSettings(
        adapters.parameters(), names.retention, names.organisations, this.default_classification
    )
