"""Makes sure that a run calls the same organisation from its submission to its end."""

from __future__ import annotations

from genesys_purge.errors import Misconfigured
from genesys_purge.model.run import Location, Run
from genesys_purge.ports import Genesys, GenesysOf, OrganisationOf


def genesys_for(run: Run, organisation_of: OrganisationOf, genesys_of: GenesysOf) -> Genesys:
    """Calls to the run's organisation; Misconfigured if that has moved since the run was submitted.

    A run without a stored location is not checked.
    """
    # Built before the check, so that a change between the two is noticed.
    genesys = genesys_of(run.organisation)
    where = Location.of(organisation_of(run.organisation))
    if run.location not in (None, where):
        name = f"organisation {run.organisation}" if run.organisation else "default organisation"
        raise Misconfigured(
            f"the {name} is at {where.region}, {where.api_url} and {where.login_url}, which is not "
            "where it was when the run was submitted; restore that, or submit the request again "
            "with another requestId"
        )
    return genesys
