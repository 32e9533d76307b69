"""Reading YAML: positions, plain scalars, and hostile files that must cost little."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachang.scenario import ScenarioError
from bachang.scenario._document import MAX_BYTES, parse, typed


def problem_of(text: str):
    with pytest.raises(ScenarioError) as caught:
        parse(text, "s.yaml")
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


def test_keys_and_values_have_their_places():
    document = parse("a:\n  b: [x, 'y']\n", "s.yaml")
    assert document.data == {"a": {"b": ["x", "y"]}}
    assert document.positions["a",] == (1, 1)
    assert document.positions["a", "b"] == (2, 3)
    assert document.value_positions["a", "b", 1] == (2, 10)


def test_scalars_arrive_as_they_were_written():
    data = parse('{mode: 0755, version: 1.10, no: no, empty: , quoted: ""}', "s.yaml").data
    assert data == {"mode": "0755", "version": "1.10", "no": "no", "empty": None, "quoted": ""}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5", 5),
        ("-5", -5),
        ("5.0", 5.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("false", False),
        ("5 s", "5 s"),
        ('"5"', "5"),
        ("'true'", "true"),
        ("0x1F", "0x1F"),
    ],
)
def test_values_without_a_model_follow_the_core_schema(written, value):
    got = typed(parse(f"a: {written}", "s.yaml").data)["a"]
    assert (got, type(got)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: [1\nb: 2\n", 2, 2, "not valid YAML"),
        ("a: b: c\n", 1, 5, "not valid YAML"),
        ("- a\n", 1, 1, "not a map"),
        ("", 1, 1, "not a map"),
        ("a: 1\n---\nb: 2\n", 2, 1, "second document"),
        ("a: 1\nb: 2\na: 3\n", 3, 1, "'a' stands here a second time"),
        ("a: !!python/object/apply:os.system [id]\n", 1, 4, "not allowed"),
        ("a: *gone\n", 1, 4, "no anchor"),
        ("a: &a [*a]\n", 1, 8, "no anchor"),
        ("[a, b]: 1\n", 1, 1, "plain text"),
        ("a: \x01\n", 1, 1, "not valid YAML"),
    ],
)
def test_mistakes_are_found_where_they_stand(text, line, column, message):
    problem = problem_of(text)
    assert (problem.line, problem.column) == (line, column)
    assert message in problem.message
    assert problem.remedy


def test_aliases_repeat_values():
    data = parse("a: &x {b: 1}\nc: *x\n", "s.yaml").data
    assert data == {"a": {"b": "1"}, "c": {"b": "1"}}


def test_an_alias_bomb_is_refused_before_it_goes_off():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    begin = time.process_time()
    assert "values" in problem_of("\n".join(lines)).message
    assert time.process_time() - begin < 2


def test_depth_is_bounded():
    assert "deeper" in problem_of("a: " + "[" * 2000).message
    assert "deeper" in problem_of("a: " + "{a: " * 2000).message


def test_size_is_bounded():
    assert "larger" in problem_of("a: " + "x" * MAX_BYTES).message


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_place(text):
    try:
        document = parse(text, "s.yaml")
    except ScenarioError as error:
        for problem in error.problems:
            assert problem.line >= 1
            assert problem.column >= 1
            assert problem.message
    else:
        assert isinstance(document.data, dict)


NAMES = st.text("abcdefgh", min_size=1, max_size=6)


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, NAMES, min_size=1), min_size=1), st.data())
def test_a_place_points_at_the_very_key(tree, data):
    lines = [
        line
        for key, inner in tree.items()
        for line in (f"{key}:", *(f"    {name}: {value}" for name, value in inner.items()))
    ]
    document = parse("\n".join(lines), "s.yaml")
    outer = data.draw(st.sampled_from(sorted(tree)))
    inner = data.draw(st.sampled_from(sorted(tree[outer])))
    line, column = document.positions[outer, inner]
    assert lines[line - 1][column - 1 :].startswith(f"{inner}: {tree[outer][inner]}")
    problem = document.problem((outer, inner, "not", "there"), "m", "r")
    assert (problem.line, problem.column) == (line, column)
