"""Which commands are meant: those of the settings, or what the user says in place of all of them."""

import pytest

from git_parallel.config.settings import Settings
from git_parallel.errors import BadInput
from git_parallel.overlap.verify_scopes import Commands
from git_parallel.project.verifying import verification_of

SCOPES = (("docs/", "make docs"),)


def test_what_the_user_says_replaces_all_commands() -> None:
    settings = Settings(verify="make test", verify_scopes=SCOPES)

    assert verification_of(settings, None) == Commands("make test", SCOPES)
    assert verification_of(settings, "true") == Commands("true")
    assert verification_of(settings, "") == Commands()


def test_without_trust_there_is_no_verification_but_what_the_user_says() -> None:
    settings = Settings(verify_scopes=SCOPES, is_verify_untrusted=True)

    with pytest.raises(BadInput):
        verification_of(settings, None)
    assert verification_of(settings, "").is_none
