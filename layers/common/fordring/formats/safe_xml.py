"""XML from strangers, read into a small tree without doing what it says.

No document type, no entities, nothing external, bounded in bytes, depth and elements, and only encodings
that the parser itself knows. The tree keeps local names, namespaces and text, nothing else.
"""

from collections.abc import Callable, Collection
from dataclasses import field
from typing import Any, Final, NoReturn

from fordring.domain.errors import Fault, InvalidInput
from fordring.domain.values import dataclass

LARGEST_BYTES: Final = 1_048_576
DEEPEST: Final = 32
MOST_ELEMENTS: Final = 100_000
ENCODINGS: Final = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1"})


@dataclass(slots=True)
class Element:
    """One element: its name without the prefix, its attributes, its own text, its children in order.

    ``line`` is the line of the document on which it begins, from 1.
    """

    namespace: str
    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list["Element"] = field(default_factory=list)
    line: int = 0


def read_xml(
    content: bytes,
    *,
    skip: Collection[str] = (),
    largest_bytes: int = LARGEST_BYTES,
    most_elements: int = MOST_ELEMENTS,
) -> Element:
    """Read a document.

    Parameters
    ----------
    content
        The raw bytes: the document says its own encoding.
    skip
        Local names of elements that are left out with all that is in them, and never kept in memory.
    largest_bytes
        More is refused before it is looked at.
    most_elements
        More of them are refused as soon as they are met.

    Raises
    ------
    InvalidInput
        With one fault: ``xml_too_large``, ``xml_forbidden`` (a document type, an entity, an external
        reference), ``xml_encoding``, ``xml_too_deep``, ``xml_too_many_elements`` or ``xml_malformed``.
    """
    if len(content) > largest_bytes:
        _refuse("xml_too_large", f"a document has at most {largest_bytes} bytes")

    from xml.parsers.expat import ExpatError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser, ParseError

    tree = _Tree(frozenset(skip), most_elements)
    parser = DefusedXMLParser(target=tree, forbid_dtd=True)
    tree.line = lambda: parser.parser.CurrentLineNumber
    parser.parser.XmlDeclHandler = _check_declaration
    try:
        parser.feed(content)
        root = parser.close()
    except DefusedXmlException:
        _refuse("xml_forbidden", "a document type, entities and external references are not allowed")
    except ParseError as error:
        line = error.position[0] if hasattr(error, "position") else 0
        _refuse("xml_malformed", f"the document is not well-formed at line {line}")
    except (ExpatError, ValueError, LookupError):
        # What expat and its handlers raise for bytes that contradict the declared encoding.
        _refuse("xml_malformed", "the document is not well-formed")
    if not isinstance(root, Element):
        _refuse("xml_malformed", "the document has no element")
    return root


class _Tree:
    """Builds the tree; what the parser calls is fixed by ``xml.etree.ElementTree.XMLParser``."""

    def __init__(self, skip: frozenset[str], most_elements: int) -> None:
        self.line: Callable[[], int] = int
        self._skip = skip
        self._most_elements = most_elements
        self._open: list[Element] = []
        self._text: list[list[str]] = []
        self._root: Element | None = None
        self._depth = 0
        self._skipped_from = 0
        self._elements = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > DEEPEST:
            _refuse("xml_too_deep", f"elements are nested at most {DEEPEST} deep")
        if self._elements > self._most_elements:
            _refuse("xml_too_many_elements", f"a document has at most {self._most_elements} elements")
        if self._skipped_from:
            return
        namespace, _, name = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
        if name in self._skip and self._open:
            self._skipped_from = self._depth
            return
        element = Element(namespace, name, dict(attributes), line=self.line())
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)
        self._text.append([])

    def data(self, text: str) -> None:
        if not self._skipped_from and self._text:
            self._text[-1].append(text)

    def end(self, tag: str) -> None:  # noqa: ARG002 - the parser has matched it already
        if self._skipped_from:
            if self._skipped_from == self._depth:
                self._skipped_from = 0
        else:
            self._open.pop().text = "".join(self._text.pop())
        self._depth -= 1

    def close(self) -> Element | None:
        return self._root


def _check_declaration(version: str, encoding: str | None, standalone: int) -> Any:  # noqa: ARG001
    if encoding is not None and encoding.lower() not in ENCODINGS:
        _refuse("xml_encoding", "the document must be in UTF-8")


def _refuse(code: str, detail: str) -> NoReturn:
    raise InvalidInput(detail, faults=[Fault("", code, detail)]) from None
