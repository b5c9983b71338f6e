"""ExportCampaignRuleChanges: the changes of campaigns' rules, kept in S3; resumes where it was."""

from __future__ import annotations

from collections.abc import Mapping

from genesys_purge.campaign_rules.change_export import ChangeExport
from genesys_purge.campaign_rules.rules import CampaignId
from genesys_purge.errors import FieldError, InvalidRequest, PurgeError, TryLater
from genesys_purge.model.campaign_export import Exported, ExportedWindow
from genesys_purge.model.request import as_object, read_fields
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire

MOST_CAMPAIGNS = 100


class ExportRequest(Wire):
    """The campaigns, or one."""

    campaign_ids: tuple[CampaignId, ...] = ()
    campaign_id: CampaignId | None = None


class ExportCampaignRuleChanges:
    """The use case behind the schedule and the direct call."""

    def __init__(self, export: ChangeExport) -> None:
        self._export = export

    def __call__(self, submission: Submission) -> Exported:
        """One campaign's failure does not keep the others from being exported.

        The error of the only campaign is raised as it is, those of several as one TryLater.
        """
        campaigns = campaigns_in(submission.payload)
        exported, failed = list[ExportedWindow](), dict[str, PurgeError]()
        for campaign_id in campaigns:
            try:
                exported += self._export(campaign_id, submission.actor)
            except PurgeError as error:
                failed[campaign_id] = error
        if failed:
            raise failed[campaigns[0]] if len(campaigns) == 1 else _not_all(failed, campaigns)
        return Exported(exports=tuple(exported))


def campaigns_in(payload: object) -> tuple[str, ...]:
    """The campaigns that a request names, each once; InvalidRequest with every error of it."""
    given = as_object(payload)
    request, errors = read_fields(ExportRequest, given)
    one = (request.campaign_id,) if request.campaign_id else ()
    named = (*one, *(request.campaign_ids or ()))
    if ("campaignId" in given) is ("campaignIds" in given):
        errors.append(FieldError("request", "needs either campaignId or campaignIds"))
    elif not errors and not 1 <= len(named) <= MOST_CAMPAIGNS:
        errors.append(FieldError(next(iter(given)), f"must name 1 to {MOST_CAMPAIGNS} campaigns"))
    if errors:
        raise InvalidRequest(errors)
    return tuple(dict.fromkeys(named))


def _not_all(failed: Mapping[str, PurgeError], campaigns: tuple[str, ...]) -> TryLater:
    reasons = "; ".join(f"{name}: {type(e).__name__}: {e}" for name, e in failed.items())
    return TryLater(f"{len(failed)} of {len(campaigns)} campaigns were not exported: {reasons}")
