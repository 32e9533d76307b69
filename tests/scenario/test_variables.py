"""Variants: everything from the seed, references replaced, the others reported."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachang.scenario import Expansion, ScenarioError, Seed, load
from bachang.scenario.models import Variable

HEAD = "bachang: 1\nname: test\ntitle: {en: T, zh: T}\n"
SEEDS = st.integers(min_value=-(2**64), max_value=2**64).map(str)


def draw(seed: str, **settings: object) -> str:
    return Seed(seed, "test").variable("v", Variable.model_validate(settings))


@given(SEEDS, st.integers(1, 64))
def test_texts_have_their_alphabet_and_length(seed, length):
    assert draw(seed, type="digits", length=length).isdecimal()
    assert set(draw(seed, type="hex", length=length)) <= set("0123456789abcdef")
    assert len(draw(seed, type="password", length=length)) == length
    assert draw(seed, type="username").isalnum()


@given(SEEDS, st.integers(-100, 100), st.integers(0, 100))
def test_integers_and_choices_stay_inside(seed, low, span):
    assert low <= int(draw(seed, type="integer", min=low, max=low + span)) <= low + span
    assert draw(seed, type="choice", choices=["a", "b"]) in ("a", "b")


@given(SEEDS)
def test_the_same_seed_gives_the_same_and_names_are_independent(seed):
    one, two = Seed(seed, "test"), Seed(seed, "test")
    assert one.flag("a") == two.flag("a") != one.flag("b")
    assert one.flag("a") != Seed(seed, "other").flag("a")
    assert one.derive("x") == two.derive("x") != one.derive("y")


@given(SEEDS, SEEDS)
def test_different_seeds_give_different_flags(one, two):
    assert (Seed(one, "t").flag("a") == Seed(two, "t").flag("a")) == (one == two)


def expansion() -> Expansion:
    return Expansion({"pin": "1234"}, lambda name: f"flag{{{name}}}")


def test_references_are_replaced_and_unknown_ones_reported():
    assert expansion().strict("a ${pin} ${flag:x} ${pni} $${HOME} $HOME") == (
        "a 1234 flag{x} ${pni} ${HOME} $HOME",
        ["pni"],
    )


def test_files_keep_what_is_not_theirs_to_fill_in():
    used = expansion()
    assert used.lenient("${pin} ${HOME} $${pin} ${x:-y} ${flag:x}") == (
        "1234 ${HOME} $${pin} ${x:-y} flag{x}"
    )
    assert used.used == {"pin"}
    assert used.flags == {"x"}


def test_a_reference_to_nothing_has_its_place(tmp_path):
    (tmp_path / "scenario.yaml").write_text(
        HEAD + "variables: {pin: {type: digits}}\nhosts:\n  d: {users: {u: {password: '${pni}'}}}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path)
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (6, 29)
    assert problem.message == "no variable `pni`"
    assert "did you mean `pin`?" in problem.remedy
    assert "$${pni}" in problem.remedy


def test_variables_may_stand_for_numbers_and_addresses(tmp_path):
    (tmp_path / "scenario.yaml").write_text(
        HEAD + "variables: {n: {type: integer, min: 7, max: 7}}\n"
        "networks: {a: {cidr: '10.${n}.0.0/24'}}\n"
        "field_systems:\n"
        "  g:\n"
        "    type: grid\n"
        "    modbus: ${n}\n"
        "    settings:\n"
        "      code: ${n}\n"
        "      text: '${n}'\n"
    )
    raw = load(tmp_path).raw
    assert raw.networks["a"].cidr == "10.7.0.0/24"
    assert raw.field_systems["g"].settings == {"code": 7, "text": "7"}
    assert raw.field_systems["g"].modbus == 7
