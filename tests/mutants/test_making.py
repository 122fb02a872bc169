"""Is every mistake we make in the rulebook a program that says something else?"""

import ast
from pathlib import Path

from tests.mutants.making import mutants

ROOT = Path(__file__).parents[2]
SOURCE = '''"""Larger than 1?"""
@frozen(slots=True)
def over(amount: int | None, least: int = 3) -> bool:
    return amount is not None and not amount - 1 < max(least, 2), f"{amount + 1}"
'''


def made(folder: Path) -> set[tuple[str, str]]:
    (folder / "small").mkdir()
    (folder / "small" / "one.py").write_text(SOURCE)
    return {(each.before, each.after) for each in mutants(folder, "small")}


def test_each_place_that_decides_is_written_in_another_way(tmp_path):
    found = made(tmp_path)
    assert {
        ("3", "(4)"),
        ("amount is not None", "(amount is None)"),
        ("amount - 1", "(amount + 1)"),
        ("amount - 1 < max(least, 2)", "(amount - 1 <= max(least, 2))"),
        ("not amount - 1 < max(least, 2)", "(amount - 1 < max(least, 2))"),
        ("max(least, 2)", "(min(least, 2))"),
    } <= found
    assert "return None" in {after for _, after in found}


def test_annotations_decorators_and_texts_are_left_alone(tmp_path):
    befores = {before for before, _ in made(tmp_path)}
    assert not befores & {"int | None", "True", "amount + 1", '"""Larger than 1?"""'}


def test_mistakes_in_the_rulebook_are_programs():
    places = mutants(ROOT, "dunning/policy")
    assert len(places) > 1000
    for each in places[::25]:
        source = (ROOT / each.path).read_bytes()
        wrong = ast.parse(each.applied(source))
        assert ast.dump(wrong) != ast.dump(ast.parse(source)), each
