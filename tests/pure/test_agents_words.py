"""What agents and keepers are told, and what keepers write down."""

import json
import os

import pytest

from git_parallel.agents import process
from git_parallel.agents.keeper import records


def test_only_authors_of_gits_variables_reach_an_agent() -> None:
    base = {
        "PATH": "/bin",
        "GIT_DIR": "/elsewhere",
        "GIT_CONFIG_PARAMETERS": "'x=y'",
        "GIT_PARALLEL_TASK": "19",
        "GIT_AUTHOR_NAME": "A",
        "GIT_COMMITTER_EMAIL": "c@example.org",
    }

    assert process.agent_environment(base, {"GIT_PARALLEL_ATTEMPT": "2"}) == {
        "PATH": "/bin",
        "GIT_AUTHOR_NAME": "A",
        "GIT_COMMITTER_EMAIL": "c@example.org",
        "GIT_PARALLEL_ATTEMPT": "2",
    }


@pytest.mark.parametrize("text", ["", 'a "b" \\ \n\t\x7f', "é€𝄞", os.fsdecode(b"\xff")])
def test_records_are_json_whatever_the_text(text: str) -> None:
    fields = {"text": text, "none": None, "yes": True, "no": False, "one": 1, "half": 0.5, "big": 1e300}

    assert json.loads(records.in_json(fields)) == fields
