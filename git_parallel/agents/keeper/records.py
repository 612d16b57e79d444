"""Writing the records of an attempt."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

RESERVED = 4096  # bytes; a block
Value = bool | int | float | str | None
_WORDS = {None: "null", True: "true", False: "false"}


def reserve(path: str) -> None:
    """Take the space that a record will need: by then the agent may have filled the disk."""
    with _open_new(path) as file:
        # Not synced, which is dear: filesystems that write late give the space at once.
        file.write(b" " * RESERVED)


def write(path: str, **fields: Value) -> None:
    """Write a record: whole or not at all, and still there after a power cut."""
    with _open_new(path) as file:
        file.write(f"{in_json(fields)}\n".encode("ascii"))
        file.truncate()  # only now: what is reserved is to be written over, not given back
        file.flush()
        os.fsync(file.fileno())
    os.rename(f"{path}.new", path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _open_new(path: str) -> "BinaryIO":
    return open(os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600), "wb")


def in_json(fields: dict[str, Value]) -> str:
    """A JSON object in ASCII; importing `json` would make every launch slower by a third."""
    return "{" + ", ".join(f"{_text(name)}: {_value(value)}" for name, value in fields.items()) + "}"


def _value(value: Value) -> str:
    if isinstance(value, str):
        return _text(value)
    # Asked for its type first: 1 is equal to True.
    return _WORDS[value] if isinstance(value, bool | None) else repr(value)


def _text(text: str) -> str:
    units = memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
    return '"' + "".join(chr(u) if 32 <= u < 127 and u not in b'"\\' else f"\\u{u:04x}" for u in units) + '"'
