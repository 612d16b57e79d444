"""What campaigns share with the tests of whole commands."""

from tests.cli.conftest import beside as beside
