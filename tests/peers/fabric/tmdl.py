"""TMDL, as far as ontologies use it: read into objects, and written as Fabric writes it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_NAME = r"(?:'(?:[^']|'')*'|[A-Za-z_]\w*)(?:\.(?:'(?:[^']|'')*'|[A-Za-z_]\w*))?"
_SCALAR = re.compile(r"(\w+)\s*:\s*(.*)")
_OBJECT = re.compile(rf"(\w+)(?:\s+({_NAME}))?(?:\s*=\s*(.*))?")
_REF = re.compile(rf"ref\s+(\w+)\s+({_NAME})")
_UNQUOTED = re.compile(r"(\w+)\s+[^'=:]*[^\w\s.'=:][^=:]*(=.*)?")


class TmdlProblem(Exception):
    """``kind`` is tabs, indentation, quoting, order, once or syntax."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass
class Node:
    keyword: str
    name: str = ""
    """Without quotes; qualified names keep their dot."""
    value: str = ""
    """What stands behind =, be it many lines."""
    description: str = ""
    scalars: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)
    is_ref: bool = False

    def of(self, keyword: str) -> list["Node"]:
        return [child for child in self.children if child.keyword == keyword]

    def one(self, keyword: str) -> "Node | None":
        return next(iter(self.of(keyword)), None)


def parse(text: str) -> list[Node]:
    """Raises TmdlProblem."""
    root = Node("")
    stack: list[Node] = [root]
    described: list[str] = []
    lines = text.replace("\r\n", "\n").split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip("\t"))
        content = line.strip()
        if line[depth] == " ":
            raise TmdlProblem("tabs", f"Line {number}: indentation is done with tabs")
        if depth >= len(stack):
            raise TmdlProblem("indentation", f"Line {number}: Indentation is too deep")
        if content.startswith("///"):
            described.append(content[3:].strip())
            continue
        del stack[depth + 1 :]
        node = _line(stack[depth], content, _goes_deeper(lines, number, depth), number)
        if node is None:
            continue
        _check_order(stack[depth], node, number)
        node.description, described = "\n".join(described), []
        if node.value == "=":
            node.value, number = _block(lines, number, depth)
        stack[depth].children.append(node)
        stack.append(node)
    return root.children


def _line(parent: Node, content: str, deeper: bool, number: int) -> Node | None:
    """A new object, or None for a field of the one it is in."""
    if match := _REF.fullmatch(content):
        return Node(match[1], unquoted(match[2]), is_ref=True)
    if content.startswith("synonym"):
        return Node("synonym", value=content.removeprefix("synonym").strip(" :"))
    scalar = _SCALAR.fullmatch(content)
    if scalar or (re.fullmatch(r"\w+", content) and not deeper and parent.keyword):
        if parent.children and parent.keyword:
            raise TmdlProblem("order", f"Line {number}: Indentation: a field behind an object")
        name, value = (scalar[1], scalar[2]) if scalar else (content, "true")
        if name in parent.scalars:
            raise TmdlProblem("once", f"Line {number}: {name} is there twice")
        parent.scalars[name] = value
        return None
    if _UNQUOTED.fullmatch(content):
        raise TmdlProblem("quoting", f"Line {number}: the name needs quotes: {content}")
    match = _OBJECT.fullmatch(content)
    if match is None:
        raise TmdlProblem("syntax", f"Line {number} is not understood: {content}")
    value = match[3]
    behind = "=" if value == "" else value or ""
    return Node(match[1], unquoted(match[2] or ""), behind)


def _check_order(parent: Node, node: Node, number: int) -> None:
    """Synonyms come last, and what follows them cannot be read."""
    if node.keyword in ("property", "backingConfiguration") and parent.one("synonym"):
        message = f"Line {number}: Indentation: a {node.keyword} behind a synonym"
        raise TmdlProblem("order", message)


def _goes_deeper(lines: Sequence[str], number: int, depth: int) -> bool:
    for line in lines[number:]:
        if line.strip():
            return line.startswith("\t" * (depth + 1))
    return False


def _block(lines: Sequence[str], number: int, depth: int) -> tuple[str, int]:
    """The lines of an expression stand two tabs deeper."""
    start = number
    while number < len(lines) and (
        not lines[number].strip() or lines[number].startswith("\t" * (depth + 2))
    ):
        number += 1
    return "\n".join(lines[start:number]).strip("\n"), number


def unquoted(name: str) -> str:
    return ".".join(split(name))


def split(name: str) -> list[str]:
    """table.column, each perhaps in quotes, into its parts."""
    found = re.findall(r"'((?:[^']|'')*)'|([^.']+)", name)
    return [quoted.replace("''", "'") if quoted else plain for quoted, plain in found]


def write(nodes: Sequence[Node]) -> str:
    """With properties in the order of their names, and fields that say nothing left out."""
    return "\n".join(_written(nodes, 0)).replace("\n", "\r\n") + "\r\n"


def _written(nodes: Sequence[Node], depth: int) -> Iterator[str]:
    tabs = "\t" * depth
    for node in _ordered(nodes):
        if not node.is_ref:
            yield ""
        for line in node.description.split("\n") if node.description else ():
            yield f"{tabs}/// {line}"
        yield tabs + _head(node)
        if "\n" in node.value or node.value.startswith("\t"):
            yield node.value
        for name, value in node.scalars.items():
            if name == "isKey" and value == "true":
                yield f"{tabs}\t{name}"
            elif (name, value) != ("isActive", "true"):
                yield f"{tabs}\t{name}: {value}"
        yield from _written(node.children, depth + 1)


def _head(node: Node) -> str:
    words = ["ref"] if node.is_ref else []
    words += [node.keyword] + ([_quoted(node.name)] if node.name else [])
    head = " ".join(words)
    if not node.value:
        return head
    if "\n" in node.value or node.value.startswith("\t"):
        return f"{head} ="
    return f"synonym {node.value}" if node.keyword == "synonym" else f"{head} = {node.value}"


def _quoted(name: str) -> str:
    if re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?", name):
        return name
    return "'" + name.replace("'", "''") + "'"


def _ordered(nodes: Sequence[Node]) -> list[Node]:
    properties = sorted(
        (each for each in nodes if each.keyword == "property"), key=lambda n: n.name
    )
    rest = [each for each in nodes if each.keyword != "property"]
    return properties + rest if properties else rest
