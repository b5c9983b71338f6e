"""PutSetting: `PUT /settings/{name}`."""

from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.stored_settings.put_setting import AskedChange, ChangedSetting
from genesys_purge.wiring import stored_settings


# 202 for a change that waits for an approval; a stored one is 200.
@submission(status=202)
def handler(submitted: Submission) -> ChangedSetting | AskedChange:
    return stored_settings.put_setting()(submitted)
