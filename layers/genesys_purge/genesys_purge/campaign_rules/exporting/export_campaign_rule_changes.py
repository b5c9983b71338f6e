"""ExportCampaignRuleChanges: export rule changes to S3, starting where the last export ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from genesys_purge.campaign_rules.exporting.campaign_export import Exported, ExportedWindow
from genesys_purge.campaign_rules.exporting.change_export import ChangeExport
from genesys_purge.campaign_rules.rules import CampaignId
from genesys_purge.errors import FieldError, InvalidRequest, PurgeError, TryLater
from genesys_purge.model.request import OrganisationName, as_object, read_fields
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire

MOST_CAMPAIGNS = 100
# Takes an organisation's name, or None for the default organisation.
# InvalidRequest if the organisation is unknown.
ExportOf = Callable[[str | None], ChangeExport]
IsLive = Callable[[str | None], bool]
NOT_ON_LIVE = FieldError(
    "organisation",
    "is on the live platform, which has no event query; use POST /api/v2/audits/query with "
    "serviceName Outbound, or the parameter PartnerEventSource, which records the changes in the "
    "audit",
)


class ExportRequest(Wire):
    """One or several campaigns of one organisation."""

    organisation: OrganisationName | None = None
    campaign_ids: tuple[CampaignId, ...] = ()
    campaign_id: CampaignId | None = None


class ExportCampaignRuleChanges:
    """The use case of the schedule and of direct invocations."""

    def __init__(self, export_of: ExportOf, is_live: IsLive) -> None:
        self._export_of = export_of
        self._is_live = is_live

    def __call__(self, submission: Submission) -> Exported:
        """Export every campaign, even after one of them fails.

        The error of a single campaign is raised unchanged, errors of several as one TryLater.
        """
        export, campaigns = self._asked(submission.payload)
        exported, failed = list[ExportedWindow](), dict[str, PurgeError]()
        for campaign_id in campaigns:
            try:
                exported += export(campaign_id, submission.actor)
            except PurgeError as error:
                failed[campaign_id] = error
        if failed:
            raise failed[campaigns[0]] if len(campaigns) == 1 else _not_all(failed, campaigns)
        return Exported(exports=tuple(exported))

    def _asked(self, payload: object) -> tuple[ChangeExport, tuple[str, ...]]:
        """The export and the campaigns; InvalidRequest with every error of the request."""
        given = as_object(payload)
        request, errors = read_fields(ExportRequest, given)
        campaigns = _campaigns(request, given, errors)
        try:
            export = self._export(request.organisation)
        except InvalidRequest as refused:
            raise InvalidRequest([*errors, *refused.fields]) from None
        if errors:
            raise InvalidRequest(errors)
        return export, campaigns

    def _export(self, organisation: str | None) -> ChangeExport:
        """The organisation's export; InvalidRequest if it is unknown or has no event query."""
        if self._is_live(organisation):
            raise InvalidRequest([NOT_ON_LIVE])
        return self._export_of(organisation)


def _campaigns(
    request: ExportRequest, given: Mapping[str, object], errors: list[FieldError]
) -> tuple[str, ...]:
    """The campaigns of a request, each once."""
    one = (request.campaign_id,) if request.campaign_id else ()
    named = (*one, *(request.campaign_ids or ()))
    fields = [name for name in ("campaignId", "campaignIds") if name in given]
    if len(fields) != 1:
        errors.append(FieldError("request", "needs either campaignId or campaignIds"))
    elif not errors and not 1 <= len(named) <= MOST_CAMPAIGNS:
        errors.append(FieldError(fields[0], f"must name 1 to {MOST_CAMPAIGNS} campaigns"))
    return tuple(dict.fromkeys(named))


def _not_all(failed: Mapping[str, PurgeError], campaigns: tuple[str, ...]) -> TryLater:
    reasons = "; ".join(f"{name}: {type(e).__name__}: {e}" for name, e in failed.items())
    return TryLater(f"{len(failed)} of {len(campaigns)} campaigns were not exported: {reasons}")
