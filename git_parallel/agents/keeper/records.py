"""Writing the records of an attempt."""

import os

Value = bool | int | float | str | None
_WORDS = {None: "null", True: "true", False: "false"}


def write(path: str, **fields: Value) -> None:
    """Write a record: whole or not at all, and still there after a power cut."""
    new = f"{path}.new"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(f"{in_json(fields)}\n".encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    os.rename(new, path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


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
