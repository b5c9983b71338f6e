"""The server of the embedded AWS: ministack, with the context attributes of schedules."""

from ministack.app import app
from ministack.services import eventbridge

from local.aws.context_attributes import with_context_attributes

__all__ = ["app"]

eventbridge._invoke_target = with_context_attributes(eventbridge._invoke_target)  # noqa: SLF001  schedules are fired only there
