"""What a new document protects less than the one before it.

The answers err on one side: a change that may weaken is named, and none is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from genesys_purge.model.default_classification import DefaultClassification
from genesys_purge.model.organisations import Organisations, OrganisationSettings
from genesys_purge.model.retention import RetentionMatrix, RetentionRule


def of_matrices(before: RetentionMatrix, after: RetentionMatrix) -> Iterator[str]:
    """The rules whose records may be deleted earlier, and the rules that allow more."""
    for rule in before.rules:
        # Without another rule for them, its records are kept for ever.
        rivals = [each for each in after.rules if each.is_for_subjects is rule.is_for_subjects]
        if rivals and not any(each.keeps_at_least(rule) for each in rivals):
            yield _less_kept(rule, next((each for each in rivals if each.name == rule.name), None))
    for rule in after.rules:
        if not any(each.covers_all_of(rule) for each in before.rules):
            yield f"rule '{rule.name}' covers records that no rule covered; they were all kept"
    for name in sorted(after.classifications - before.classifications):
        yield (
            f"records with the unknown classification '{name}' had the longest retention of any; "
            "now the rules for it apply"
        )


def _less_kept(rule: RetentionRule, new: RetentionRule | None) -> str:
    if new is None:
        return (
            f"rule '{rule.name}' is removed: no other rule keeps all of its records for "
            f"{rule.minimum_days} days"
        )
    if new.minimum_days < rule.minimum_days:
        return (
            f"rule '{rule.name}' keeps its records for {new.minimum_days} days, "
            f"not for {rule.minimum_days}"
        )
    return f"rule '{rule.name}' no longer covers all of its records"


def of_organisations(before: Organisations, after: Organisations) -> Iterator[str]:
    """The organisations whose limits may be wider; an omitted limit is that of the default one.

    Holds, stops and approval rules apply by name, so each new and each removed name is reported.
    """
    then, now = before.organisations, after.organisations
    for name in sorted(now.keys() - then.keys()):
        yield (
            f"organisation {name} is added: it may be the Genesys organisation of another name, "
            "and holds, stops and approval rules for that name do not apply to it"
        )
    for name in sorted(then.keys() - now.keys()):
        yield (
            f"organisation {name} is removed: holds, stops and approval rules for it do not apply "
            "to the same Genesys organisation under another name"
        )
    for name in sorted(then.keys() & now.keys()):
        yield from (f"organisation {name}: {words}" for words in _wider(then[name], now[name]))


def _wider(old: OrganisationSettings, new: OrganisationSettings) -> Iterator[str]:
    if _address(old) != _address(new):
        yield "it may be another Genesys organisation, to which holds for the former do not apply"
    if old.default_classification != new.default_classification:
        yield _reclassified(old.default_classification, new.default_classification)
    if _rises(old.max_records, new.max_records):
        yield f"maxRecords is {_given(new.max_records)}, not {_given(old.max_records)}"
    zones = set(new.residency_zones or ()) - set(old.residency_zones or ())
    if zones or (old.residency_zones and not new.residency_zones):
        yield "residencyZones allows other jurisdictions"


def _address(settings: OrganisationSettings) -> tuple[str | None, ...]:
    return settings.region, settings.api_url, settings.login_url, settings.platform


def _rises(old: int | None, new: int | None) -> bool:
    return old != new and (old is None or new is None or new > old)


def _given(value: object) -> str:
    return "that of the default organisation" if value is None else str(value)


def of_classifications(
    before: DefaultClassification, after: DefaultClassification
) -> Iterator[str]:
    """That unclassified records are taken for something else; without a default all is kept."""
    if after.classification not in (None, before.classification):
        yield _reclassified(before.classification, after.classification)


def _reclassified(old: str | None, new: str | None) -> str:
    return (
        f"unclassified records are taken for {new or 'what the default organisation says'}, "
        f"not for {old or 'what is kept longest'}"
    )
