"""A purge rule in the form that D1 documents: the request itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genesys_purge.errors import FieldError
from genesys_purge.model.retention import Kind
from genesys_purge.purge_rules.request import RuleRequest, Scope


class DocumentedForm:
    """Implements `RuleForm`; only what Genesys does not know is removed."""

    def errors(self, request: RuleRequest) -> Iterator[FieldError]:
        yield from ()

    def kind(self, scope: Scope) -> Kind:
        return scope.kind

    def definition(self, request: RuleRequest) -> Mapping[str, Any]:
        return request.content()
