"""Checkouts that are made at the same time share the cores."""

import pytest

from git_parallel.git.crowd import in_company


def test_alone_it_has_all_cores_and_in_company_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)

    with in_company() as first, in_company() as second:
        with in_company() as third, pytest.raises(OSError, match="full"), in_company() as fourth:
            raise OSError("full")
        with in_company() as again:
            pass

    assert [option[1] for option in (first, second, third, fourth, again)] == [
        f"checkout.workers={n}" for n in (4, 2, 1, 1, 1)
    ]
    with in_company() as alone:
        assert alone == first
