"""PutSetting: `PUT /settings/{name}`."""

from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.stored_settings.put_setting import ChangedSetting
from genesys_purge.wiring import stored_settings


@submission(status=200)
def handler(submitted: Submission) -> ChangedSetting:
    return stored_settings.put_setting()(submitted)
