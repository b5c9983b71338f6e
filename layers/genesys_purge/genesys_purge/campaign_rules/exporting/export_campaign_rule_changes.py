"""ExportCampaignRuleChanges: export rule changes to S3, starting where the last export ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from genesys_purge.campaign_rules.exporting.campaign_export import Exported, ExportedWindow
from genesys_purge.campaign_rules.exporting.change_export import ChangeExport
from genesys_purge.campaign_rules.rules import CampaignId
from genesys_purge.errors import FieldError, InvalidRequest, NotAtGenesys, PurgeError, TryLater
from genesys_purge.model.request import OrganisationName, as_object, read_fields
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire

MOST_CAMPAIGNS = 100
# Takes an organisation's name, or None for the default organisation.
# InvalidRequest if the organisation is unknown.
ExportOf = Callable[[str | None], ChangeExport]


class ExportRequest(Wire):
    """One or several campaigns of one organisation."""

    organisation: OrganisationName | None = None
    campaign_ids: tuple[CampaignId, ...] = ()
    campaign_id: CampaignId | None = None


class ExportCampaignRuleChanges:
    """The use case of the schedule and of direct invocations."""

    def __init__(self, export_of: ExportOf) -> None:
        self._export_of = export_of

    def __call__(self, submission: Submission) -> Exported:
        """Export every campaign, even after one of them fails.

        InvalidRequest if every error is a campaign that Genesys does not know. Any other error of
        a single campaign is raised unchanged, errors of several as one TryLater.
        """
        export, campaigns = self._asked(submission.payload)
        exported, failed = list[ExportedWindow](), dict[str, PurgeError]()
        for campaign_id in campaigns:
            try:
                exported += export(campaign_id, submission.actor)
            except PurgeError as error:
                failed[campaign_id] = error
        if failed:
            raise _error_of(failed, campaigns)
        return Exported(exports=tuple(exported))

    def _asked(self, payload: object) -> tuple[ChangeExport, Mapping[str, str]]:
        """The export and the campaigns; InvalidRequest with every error of the request."""
        given = as_object(payload)
        request, errors = read_fields(ExportRequest, given)
        campaigns = _campaigns(request, given, errors)
        try:
            export = self._export_of(request.organisation)
        except InvalidRequest as refused:
            raise InvalidRequest([*errors, *refused.fields]) from None
        if errors:
            raise InvalidRequest(errors)
        return export, campaigns


def _campaigns(
    request: ExportRequest, given: Mapping[str, object], errors: list[FieldError]
) -> Mapping[str, str]:
    """The campaigns of a request, each once, with the path of its field."""
    named = {request.campaign_id: "campaignId"} if request.campaign_id else dict[str, str]()
    for number, each in enumerate(request.campaign_ids or ()):
        named.setdefault(each, f"campaignIds.{number}")
    fields = [name for name in ("campaignId", "campaignIds") if name in given]
    if len(fields) != 1:
        errors.append(FieldError("request", "needs either campaignId or campaignIds"))
    elif not errors and not 1 <= len(named) <= MOST_CAMPAIGNS:
        errors.append(FieldError(fields[0], f"must name 1 to {MOST_CAMPAIGNS} campaigns"))
    return named


def _error_of(failed: Mapping[str, PurgeError], campaigns: Mapping[str, str]) -> PurgeError:
    if all(isinstance(error, NotAtGenesys) for error in failed.values()):
        return InvalidRequest([FieldError(campaigns[each], str(failed[each])) for each in failed])
    if len(campaigns) == 1:
        return next(iter(failed.values()))
    reasons = "; ".join(f"{name}: {type(e).__name__}: {e}" for name, e in failed.items())
    return TryLater(f"{len(failed)} of {len(campaigns)} campaigns were not exported: {reasons}")
