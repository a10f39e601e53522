"""XML from outside: read by expat without any DTD, so without entities; names lose their namespace."""

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from runtime.bank_files.values import BankFileError

MAXIMUM = 32 * 1024 * 1024
DEPTH = 64


def parse(data: bytes) -> Element:
    """Return the root of a document; raise BankFileError for what is too large, too deep, broken, or has a DTD."""
    if len(data) > MAXIMUM:
        raise BankFileError("the file is larger than 32 MB")
    builder, parser, depth = TreeBuilder(), expat.ParserCreate(namespace_separator="}"), [0]

    def start(name: str, attributes: dict[str, str]) -> None:
        depth[0] += 1
        if depth[0] > DEPTH:
            raise BankFileError("its elements are nested too deeply")
        builder.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        depth[0] -= 1
        builder.end(_local(name))

    def refuse(*_: object) -> None:
        raise BankFileError("it declares a document type, which banks do not")

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BankFileError(f"it is not XML: {error}") from error
    return builder.close()


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def text(element: Element | None, path: str = "") -> str:
    """Return the text at a path below an element, '' if there is none."""
    found = element.find(path) if element is not None and path else element
    return (found.text or "").strip() if found is not None else ""
