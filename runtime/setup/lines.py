"""Lines of YAML as a person writes them: no quotes where none are needed, comments in a column of their own."""

from generator.editing import scalars

_COLUMN = 36
_GAP = 2


def scalar(text: str, *, flow: bool = False, bold: bool = False) -> str:
    """Write one value on one line; ``bold`` ones may look like numbers, for prices and counts."""
    tidy = text.strip()
    return tidy if scalars.is_plain(tidy, flow=flow, bold=bold) else scalars.quoted(tidy, '"')


def key(name: str, value: str, comment: str = "", *, indent: int = 0) -> str:
    """Write ``name: value`` with a comment beside it; the value is written already."""
    return _beside(f"{' ' * indent}{name}: {value}", comment)


def note(name: str, value: str, comment: str = "", *, indent: int = 0) -> str:
    """Write a key that is not in force, to be taken in by removing the sign before it."""
    return _beside(f"{' ' * indent}# {name}: {value}", comment)


def text(name: str, value: str, *, indent: int = 0) -> list[str]:
    """Write a text of one line or several."""
    if "\n" in value.strip():
        block = scalars.block(value.strip() + "\n", "|", indent + 2, 2)
        if block is not None:
            return [f"{' ' * indent}{name}: {block[0]}", *block[1:]]
    return [key(name, scalar(value), indent=indent)]


def _beside(line: str, comment: str) -> str:
    if not comment:
        return line
    wide = sum(2 if ord(each) > 0x2E80 else 1 for each in line)  # noqa: PLR2004  signs as wide as two letters begin there
    return f"{line}{' ' * max(_COLUMN - wide, _GAP)}# {comment}"
