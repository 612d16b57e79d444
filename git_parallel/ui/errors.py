"""The one place where errors are shown: `error:` and `hint:` on stderr, in git's style."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import USAGE, ParallelError


@contextmanager
def shown() -> Iterator[None]:
    """Run a command; show what goes wrong in words and exit with the status that stands for it."""
    try:
        yield
    except ParallelError as error:
        complain(error.message, error.hint)
        sys.exit(error.status)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader (`| head`) has had enough; keep the interpreter from complaining at its own flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        complain(f"{(error.strerror or str(error)).lower()}{where}")
        sys.exit(128)
    except Exception as error:
        _show_usage(error)


def complain(message: str, way_on: str = "") -> None:
    """Say what is wrong and, where there is one, the way on."""
    print(f"error: {message}", file=sys.stderr)
    if way_on:
        hint(way_on)


def hint(message: str) -> None:
    """Say what to do next."""
    print(f"hint: {message}", file=sys.stderr)


def note(message: str) -> None:
    """Say something by the way, apart from the answer."""
    print(f"note: {message}", file=sys.stderr)


def _show_usage(error: Exception) -> None:
    """click's own complaints in our form; anything else is a defect and keeps its traceback."""
    from click import Abort, ClickException
    from click.exceptions import Exit, NoArgsIsHelpError, UsageError

    if isinstance(error, Exit):
        sys.exit(error.exit_code)
    if isinstance(error, Abort):
        sys.exit(130)
    if not isinstance(error, ClickException):
        raise error
    if isinstance(error, NoArgsIsHelpError):
        print(error.format_message(), file=sys.stderr)
        sys.exit(USAGE)
    message = error.format_message().rstrip(".")
    way_on = ""
    if isinstance(error, UsageError) and error.ctx is not None:
        way_on = f"see '{error.ctx.command_path} -h'"
    complain(message[:1].lower() + message[1:], way_on)
    sys.exit(USAGE)
