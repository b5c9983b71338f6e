"""The calls that a run may make: to its own organisation, and while that is where it was."""

from __future__ import annotations

from genesys_purge.errors import Misconfigured
from genesys_purge.model.run import Location, Run
from genesys_purge.ports import Genesys, GenesysOf, OrganisationOf


def genesys_for(run: Run, organisation_of: OrganisationOf, genesys_of: GenesysOf) -> Genesys:
    """Calls to the run's organisation; Misconfigured where that is not where it was submitted to.

    A run that does not say where that was goes on.
    """
    # Before the look, so that a change between the two is seen.
    genesys = genesys_of(run.organisation)
    where = Location.of(organisation_of(run.organisation))
    if run.location not in (None, where):
        name = f"organisation {run.organisation}" if run.organisation else "own organisation"
        raise Misconfigured(
            f"the {name} is at {where.region}, {where.api_url} and {where.login_url}, other than "
            "when the run was submitted; put that back, or submit the request anew with another "
            "requestId"
        )
    return genesys
