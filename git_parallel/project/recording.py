"""Records written down, with the reason why, and without what nobody else is to know."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace

from ..git.refs import Stored, write_record
from ..schedule.record import TaskRecord
from .open import Project

_LONGEST_REASON = 500
# What is shorter is no credential, and may well be part of a word.
_SECRET = 8
_CREDENTIALS = ("_KEY", "_TOKEN", "_SECRET", "PASSWORD", "PASSWD", "PASS", "PAT", "CREDENTIALS")
# The password of a URL. A quote or backslash ends it: it may stand in a string of JSON.
_IN_URL = re.compile(r"""(\w://[^\s/:@"'\\]*:)[^\s/"'\\]+@""")


def write(project: Project, stored: Stored | None, record: TaskRecord) -> Stored:
    """Append the next record of a task, or write its first; raises Stale when somebody wrote one first."""
    fit, why = worded(record)
    return write_record(project.git, fit, old=stored.oid if stored else None, reason=why)


def worded(record: TaskRecord) -> tuple[TaskRecord, str]:
    """A record as it may be written down, without secrets and not too long; and why it is written, in words."""
    fit = replace(record, reason=_cut(without_secrets(record.reason, os.environ)))
    return fit, f"{fit.id} {fit.state}" + (f": {fit.reason}" if fit.reason else "")


def _cut(reason: str) -> str:
    """A reason is a sentence for people, however many paths or lines somebody put into it."""
    return reason if len(reason) <= _LONGEST_REASON else reason[: _LONGEST_REASON - 1] + "…"


def without_secrets(text: str, environment: Mapping[str, str]) -> str:
    """A text without passwords in URLs and the values of variables that are called as credentials are.

    A record can be shared. The text may be JSON.
    """
    secrets = {
        form: name
        for name, value in environment.items()
        if len(value) >= _SECRET and name.upper().endswith(_CREDENTIALS)
        for form in (value, json.dumps(value)[1:-1])
    }
    for value in sorted(secrets, key=len, reverse=True):
        text = text.replace(value, f"${secrets[value]}")
    return _IN_URL.sub(r"\1***@", text)
