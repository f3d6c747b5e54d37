"""A classifier learned from made-up messages: what it answers, when it is silent, and how it is stored."""

from __future__ import annotations

import io
import json
import pickle
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.triage import model as models
from chuangcheng.kernel.triage.learning import Example, Table, TooFew, settle, train
from chuangcheng.kernel.triage.model import Model
from chuangcheng.kernel.triage.weighing import Recipe, count, rarity, weigh, weigh_one
from tests.kernel.triage.town import definitions, messages


@pytest.fixture(scope="module")
def learned() -> Model:
    return train([*messages(), *definitions()], about={"version": 3})


class TestAnswers:
    @pytest.mark.parametrize(
        ("text", "label"),
        [
            ("学府路的垃圾桶满了，没人清运", "垃圾"),
            ("路灯不亮\n我家门口的路灯坏了一个星期，晚上看不见", "路灯"),
            ("夜间施工噪音太大，半夜打桩", "噪声"),
        ],
    )
    def test_a_new_place_does_not_matter(self, learned: Model, text: str, label: str) -> None:
        judged = learned.judge(text)
        assert judged.ranked[0].label == label
        assert judged.sure

    def test_the_words_that_tell_are_named(self, learned: Model) -> None:
        assert "垃圾桶" in learned.judge("学府路的垃圾桶满了").words

    def test_it_is_silent_about_what_it_has_never_seen(self, learned: Model) -> None:
        judged = learned.judge("xyz")
        assert (judged.ranked, judged.words, judged.sure) == ((), (), False)

    def test_it_is_silent_when_unsure(self, learned: Model) -> None:
        assert not replace(learned, threshold=models.NEVER).judge("学府路的垃圾桶满了").sure

    @given(st.text(alphabet="垃圾桶满路灯不亮噪音施工夜街", max_size=25))
    def test_probabilities_fall_and_stay_below_one(self, learned: Model, text: str) -> None:
        shares = [guess.probability for guess in learned.judge(text).ranked]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1 + 1e-9

    def test_what_several_labels_share(self, learned: Model) -> None:
        judged = learned.judge("垃圾桶满了")
        assert judged.probability_of(("垃圾", "路灯", "噪声")) == pytest.approx(1)
        assert judged.probability_of(()) == 0


class TestLearning:
    def test_the_same_examples_give_the_same_model(self, learned: Model) -> None:
        again = train([*messages(), *definitions()], about={"version": 3})
        assert again.dump() == learned.dump()

    def test_definitions_alone_make_a_start(self) -> None:
        judged = train([*definitions(), *definitions(), *definitions()]).judge("路灯不亮")
        assert judged.ranked[0].label == "路灯"

    def test_two_labels(self) -> None:
        two = [one for one in messages() if one.label != "噪声"]
        model = train(two)
        assert model.labels == ("垃圾", "路灯")
        assert [model.judge(one.text).ranked[0].label for one in two] == [one.label for one in two]

    @pytest.mark.parametrize("examples", [[], [Example("路灯", "a")], [Example("路灯", "a"), Example("灯", "a")]])
    def test_one_label_is_nothing_to_learn(self, examples: list[Example]) -> None:
        with pytest.raises(TooFew):
            train(examples)

    @pytest.mark.parametrize("prior", [True, False])
    def test_what_cannot_be_tested_is_silent(self, prior: bool) -> None:
        model = train([Example("路灯不亮", "a", prior=prior), Example("垃圾满溢", "b", prior=prior)])
        judged = model.judge("路灯不亮")
        assert judged.ranked[0].label == "a"
        assert not judged.sure

    def test_a_label_with_one_row_takes_part(self) -> None:
        model = train([*messages(), Example("流浪狗咬人", "犬只")])
        assert model.judge("有流浪狗").ranked[0].label == "犬只"

    def test_more_rows_than_can_be_tried_take_the_default(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("chuangcheng.kernel.triage.learning.TRIED_UP_TO", 10)
        table = Table.of(messages())
        assert settle(table, np.arange(len(table.codes)), 1).recipe == Recipe()

    def test_a_definition_is_never_tested_on(self) -> None:
        examples = [*messages(), *definitions()]
        table = Table.of(examples)
        for learn, test in table.cuts(np.arange(len(examples)), 1):
            assert not any(examples[row].prior for row in test)
            assert sum(examples[row].prior for row in learn) == 3

    def test_rare_features_are_dropped_from_many_rows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("chuangcheng.kernel.triage.learning.COMMON_FROM", 10)
        model = train([*messages(), Example("赵钱孙李家的垃圾", "垃圾")])
        assert not any("赵" in term for term in model.terms)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.text(alphabet="垃圾桶满路灯不亮噪音施工\n", min_size=1, max_size=20), min_size=2, max_size=6),
    st.sampled_from([Recipe(2, 0.8, 1), Recipe(3, 0.5, 1), Recipe(2, 0.0, 1)]),
)
def test_one_text_is_weighed_as_in_a_table(texts: list[str], recipe: Recipe) -> None:
    counts = count(texts)
    columns = np.flatnonzero(counts.usable(recipe))
    matrix = counts.matrix[:, columns]
    parts, idf = counts.parts[columns], rarity(matrix)
    whole = weigh(matrix, idf, parts, recipe)
    for number in range(len(texts)):
        row = matrix[number].sorted_indices()
        alone = weigh_one(row.data, idf[row.indices], parts[row.indices], recipe)
        assert np.allclose(alone, whole[number].sorted_indices().data)
        for part in set(parts[row.indices].tolist()):
            length = np.sqrt((alone[parts[row.indices] == part] ** 2).sum())
            assert length == pytest.approx(recipe.weights()[part])


def _stored(data: bytes) -> dict[str, Any]:
    with np.load(io.BytesIO(data), allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def _bytes(**arrays: Any) -> bytes:
    into = io.BytesIO()
    np.savez_compressed(into, **arrays)
    return into.getvalue()


def _head(stored: dict[str, Any], **changes: Any) -> np.ndarray[Any, Any]:
    head = json.loads(stored["head"].tobytes()) | changes
    return np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)


class TestStored:
    def test_a_model_comes_back_as_it_was(self, learned: Model) -> None:
        again = models.load(learned.dump())
        assert again.about == {"rows": 96, "definitions": 3, "version": 3}
        for text in ("学府路的垃圾桶满了", "路灯坏了", "xyz"):
            assert again.judge(text) == learned.judge(text)

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a model", pickle.dumps({"head": 1})])
    def test_what_is_no_model_is_refused(self, data: bytes) -> None:
        with pytest.raises(ValueError, match=r"."):
            models.load(data)

    def test_one_changed_byte_is_the_same_model_or_a_refusal(self, learned: Model) -> None:
        sound, dice = learned.dump(), Random(7)
        for place in [*range(0, 90, 3), *(dice.randrange(len(sound)) for _ in range(90))]:
            data = bytearray(sound)
            data[place] ^= dice.randrange(1, 256)
            try:
                again = models.load(bytes(data))
            except ValueError:
                continue
            assert again.terms == learned.terms and again.judge("路灯坏了") == learned.judge("路灯坏了")

    def test_code_in_a_file_never_runs(self, learned: Model) -> None:
        stored = _stored(learned.dump())
        stored["bias"] = np.array([Trap()], dtype=object)
        with pytest.raises(ValueError, match="allow_pickle"):
            models.load(_bytes(**stored))

    def test_missing_parts_are_named(self, learned: Model) -> None:
        stored = _stored(learned.dump())
        del stored["bias"]
        with pytest.raises(ValueError, match="bias"):
            models.load(_bytes(**stored))

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"format": 99}, "format"),
            ({"labels": ["垃圾"]}, "labels"),
            ({"terms": ["q?"]}, "terms"),
            ({"threshold": -1}, "calibration"),
            ({"heat": {"temperature": 0, "slip": 0}}, "calibration"),
            ({"heat": {"wrong": 1}}, "wrong"),
        ],
    )
    def test_a_head_that_does_not_fit_is_refused(self, learned: Model, changes: dict[str, Any], said: str) -> None:
        stored = _stored(learned.dump())
        stored["head"] = _head(stored, **changes)
        with pytest.raises(ValueError, match=said):
            models.load(_bytes(**stored))

    def test_a_term_of_an_unknown_kind_is_refused(self, learned: Model) -> None:
        stored = _stored(learned.dump())
        stored["head"] = _head(stored, terms=["?" + term for term in learned.terms])
        with pytest.raises(ValueError, match="unknown kind"):
            models.load(_bytes(**stored))

    def test_a_weight_that_is_no_number_is_refused(self, learned: Model) -> None:
        stored = _stored(learned.dump())
        stored["bias"] = np.full_like(stored["bias"], np.nan)
        with pytest.raises(ValueError, match="no number"):
            models.load(_bytes(**stored))


class Trap:
    """Would end the test run if it were ever unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.exit, ("a stored model ran code",))
