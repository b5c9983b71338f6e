"""The partners in the environment."""

import pytest

from local.options.partners import IncompletePartner, Partners

STANDARD = "whsec_c2ltdWxhdG9yLWdvdmVybmFuY2Utc2VjcmV0"


def with_secret(secret: str, monkeypatch: pytest.MonkeyPatch) -> Partners:
    monkeypatch.setenv("GOVERNANCE_WEBHOOK_URL", "https://governance.example/hooks")
    monkeypatch.setenv("GOVERNANCE_WEBHOOK_SECRET", secret)
    return Partners.from_environment()


def test_receiver_has_the_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = with_secret(STANDARD, monkeypatch).receiver
    assert receiver is not None
    assert (receiver.host, receiver.secret) == ("governance.example:443", STANDARD)


def test_receiver_with_a_plain_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    message = "^GOVERNANCE_WEBHOOK_SECRET must be whsec_ and the base64 of 24 to 64 bytes; encode"
    with pytest.raises(IncompletePartner, match=message):
        with_secret("a plain secret of thirty letters", monkeypatch)
