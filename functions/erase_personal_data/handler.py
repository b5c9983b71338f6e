"""ErasePersonalData: erase personal data of audit records, by `POST /personal-data/erase`."""

from genesys_purge.auditing.erase_personal_data import ErasedPerson, ErasedRecords
from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.wiring import auditing


@submission(status=200)
def handler(submitted: Submission) -> ErasedRecords | ErasedPerson:
    return auditing.erase_personal_data()(submitted)
