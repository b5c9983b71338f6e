"""The API of a running application."""

from cli.stack.api import Api
from cli.stack.choice import stack_in
from local.application import Application


def api_of(app: Application) -> Api:
    """The API, called with the keys of the embedded AWS."""
    return Api(stack_in(app.to_json()))
