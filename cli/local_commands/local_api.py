"""The API of a running application."""

from cli.stack.api import Api
from cli.stack.choice import stack_in
from local.application import Application


def api_of(app: Application, person: str | None = None) -> Api:
    """The API, called with the key of a person, by default with the one that may do everything."""
    return Api(stack_in(app.to_json(), person))
