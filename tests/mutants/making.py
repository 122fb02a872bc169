"""Which small mistakes could stand in a module? Each is one place of its source, written in another way."""

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

OPPOSITE: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """One place of a file and what stands there instead."""

    path: str
    line: int
    start: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {_short(self.before)}  ->  {_short(self.after)}"

    def applied(self, source: bytes) -> bytes:
        """The source of the file with the mistake in it."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def mutants(root: Path, package: str) -> list[Mutant]:
    """Every mistake we know how to make in a package's modules, in the order of their places."""
    made = []
    for path in sorted((root / package).rglob("*.py")):
        made += list(_in_file(path.read_bytes(), path.relative_to(root).as_posix()))
    return made


def _in_file(source: bytes, path: str) -> Iterator[Mutant]:
    starts = [0]
    for row in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(row))
    for node in _spoken(ast.parse(source)):
        for other in _others(node):
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
            wrong = ast.unparse(other)
            after = wrong if isinstance(node, ast.Return) else f"({wrong})"
            yield Mutant(path, node.lineno, start, end, source[start:end].decode(), after)


def _spoken(node: ast.AST) -> Iterator[ast.expr | ast.Return]:
    """The expressions and returns that decide something: no annotations, decorators or formatted texts."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr):
                continue
            if isinstance(child, ast.expr | ast.Return):
                yield child
            yield from _spoken(child)


def _others(node: ast.expr | ast.Return) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            wrong = deepcopy(node)
            wrong.ops[place] = OPPOSITE[type(operator)]()
            yield wrong
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in OPPOSITE:
        wrong = deepcopy(node)
        wrong.op = OPPOSITE[type(node.op)]()
        yield wrong
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from _constants(node.value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMES:
        wrong = deepcopy(node)
        wrong.func = ast.Name(NAMES[node.func.id])
        yield wrong
    elif isinstance(node, ast.Return) and not _nothing(node.value):
        yield ast.Return(ast.Constant(None))


def _constants(value: object) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)


def _nothing(value: ast.expr | None) -> bool:
    """What says no as nothing does: None, False, an empty tuple. That False is not True is a mistake of its own."""
    if isinstance(value, ast.Tuple):
        return not value.elts
    return value is None or (isinstance(value, ast.Constant) and not value.value)


def _short(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= 90 else f"{joined[:87]}..."
