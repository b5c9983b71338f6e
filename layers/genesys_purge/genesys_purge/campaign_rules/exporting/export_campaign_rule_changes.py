"""ExportCampaignRuleChanges: the changes of campaigns' rules, kept in S3; resumes where it was."""

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
# By an organisation's name, or None for the deployment's own; InvalidRequest for one not known.
ExportOf = Callable[[str | None], ChangeExport]
IsLive = Callable[[str | None], bool]
NOT_ON_LIVE = FieldError(
    "organisation",
    "has the live platform, which lacks the event query that changes are read from: use "
    "POST /api/v2/audits/query with serviceName Outbound, or Genesys's EventBridge partner source "
    "(PartnerEventSource), whose events are recorded in the audit",
)


class ExportRequest(Wire):
    """The campaigns, or one, of one organisation."""

    organisation: OrganisationName | None = None
    campaign_ids: tuple[CampaignId, ...] = ()
    campaign_id: CampaignId | None = None


class ExportCampaignRuleChanges:
    """The use case behind the schedule and the direct call."""

    def __init__(self, export_of: ExportOf, is_live: IsLive) -> None:
        self._export_of = export_of
        self._is_live = is_live

    def __call__(self, submission: Submission) -> Exported:
        """One campaign's failure does not keep the others from being exported.

        The error of the only campaign is raised as it is, those of several as one TryLater.
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
        """What exports, and what; InvalidRequest with every error of the request."""
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
        """InvalidRequest for an organisation that is not known, or lacks the query of events."""
        if self._is_live(organisation):
            raise InvalidRequest([NOT_ON_LIVE])
        return self._export_of(organisation)


def _campaigns(
    request: ExportRequest, given: Mapping[str, object], errors: list[FieldError]
) -> tuple[str, ...]:
    """The campaigns that a request names, each once."""
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
