"""The moving average, the mixture with the parent, the log of measures, kept memory."""

import json
import platform
from pathlib import Path

import pytest
import torch
from torch import nn

from core.memory import keep_freed_memory
from tests.encoder.models import save_with_bias
from tests.training.shop import trainer
from training.average import MovingAverage
from training.batches import batches
from training.checkpoint import RunState, load_state, save_state
from training.metrics_log import METRICS, MetricsLog, read_metrics
from training.phrases import Phrasebook
from training.wise_ft import FEWEST_TITLES, choose, interpolate


def test_the_average_follows_the_weights_and_steps_aside_again() -> None:
    weight = {"w": nn.Parameter(torch.zeros(1))}
    average = MovingAverage(weight, 0.5)
    expected = 0.0
    for step in range(1, 8):
        with torch.no_grad():
            weight["w"].fill_(float(step))
        average.update(weight)
        share = 1 - min(0.5, (1 + step) / (10 + step))
        expected += share * (step - expected)
    with average.applied(weight):
        assert weight["w"].item() == pytest.approx(expected)
    assert weight["w"].item() == 7.0
    assert 5.0 < expected < 7.0


def test_without_a_decay_there_is_no_average() -> None:
    weight = {"w": nn.Parameter(torch.ones(1))}
    average = MovingAverage(weight, 0.0)
    average.update(weight)
    assert average.weights == {}
    with average.applied(weight):
        assert weight["w"].item() == 1.0


def test_a_mixture_lies_between_its_two_models_and_counters_are_the_tuned_ones() -> None:
    parent = {"w": torch.tensor([1.0, 2.0]), "count": torch.tensor(3)}
    tuned = {"w": torch.tensor([3.0, 0.0]), "count": torch.tensor(9)}
    assert interpolate(parent, tuned, 0.0)["w"].tolist() == [1.0, 2.0]
    assert interpolate(parent, tuned, 1.0)["w"].tolist() == [3.0, 0.0]
    mixed = interpolate(parent, tuned, 0.5)
    assert mixed["w"].tolist() == [2.0, 1.0]
    assert mixed["count"].item() == 9


FIGURES = {0.2: (0.5, 0.9), 0.6: (0.7, 0.3), 0.8: (0.7, 0.4), 0.9: (0.7, 0.4), 1.0: (0.1, 0.1)}


def figures_of(alpha: float) -> dict[str, float]:
    recall, mrr = FIGURES[alpha]
    return {"recall@10": recall, "mrr@10": mrr}


def test_the_best_share_is_chosen_and_of_equals_the_one_nearer_to_the_parent() -> None:
    chosen = choose([1.0, 0.9, 0.8, 0.2, 0.6, 0.6], FEWEST_TITLES, figures_of)
    assert (chosen.alpha, chosen.measures) == (0.8, {"recall@10": 0.7, "mrr@10": 0.4})
    assert chosen.reason == "the best of 5 shares on 50 held-out titles"


def test_with_too_few_held_out_titles_the_largest_share_is_kept() -> None:
    chosen = choose([0.2, 1.0, 0.8], FEWEST_TITLES - 1, figures_of)
    assert (chosen.alpha, chosen.measures["recall@10"]) == (1.0, 0.1)
    assert "only 49 are held out" in chosen.reason
    unmeasured = choose([0.0, 0.5], 0, lambda alpha: {})
    assert (unmeasured.alpha, unmeasured.measures) == (0.5, {})
    assert "no title is held out" in unmeasured.reason


def test_a_weight_of_any_name_has_an_average_that_a_checkpoint_keeps() -> None:
    weight = {"updates": nn.Parameter(torch.zeros(3))}
    average, again = MovingAverage(weight, 0.5), MovingAverage(weight, 0.5)
    with torch.no_grad():
        weight["updates"].fill_(1.0)
    average.update(weight)
    again.load({name: each.clone() for name, each in average.state().items()})
    for each in (average, again):
        each.update(weight)
    assert torch.equal(average.weights["updates"], again.weights["updates"])
    assert average.weights["updates"].tolist() != [0.0, 0.0, 0.0]


def test_lines_of_steps_that_are_taken_again_are_taken_back(tmp_path: Path) -> None:
    path = tmp_path / METRICS
    lines = [{"step": step, "loss": 1.0, "seconds": 10.0 * step} for step in (0, 3, 4, 6)]
    told = [{}, [], *lines[:2], {"step": 3}, *lines[2:]]
    path.write_text("".join(json.dumps(line) + "\n" for line in told) + '{"step": 9, "lo')
    log = MetricsLog(path, step=4)
    log.write(step=4, loss=0.5)
    kept = read_metrics(path)
    assert [line["step"] for line in kept] == [0, 3, 4]
    assert kept[-1]["loss"] == 0.5
    assert kept[-1]["seconds"] >= 30.0  # time goes on from what the run had worked


def test_freed_memory_is_kept_where_the_library_can() -> None:
    assert keep_freed_memory() == (platform.libc_ver()[0] == "glibc")


def test_a_models_own_bias_is_learned_and_kept_once(tmp_path: Path) -> None:
    made = trainer(save_with_bias(tmp_path / "parent"), loss="sigmoid")
    before = made.model.logit_bias.item()
    made.step(next(batches(made.examples, 12, 0, 0, Phrasebook())), 0)
    assert made.model.logit_bias.item() != before
    save_state(tmp_path, RunState(1, made.state()))
    other = trainer(tmp_path / "parent", loss="sigmoid")
    kept = load_state(tmp_path)
    assert kept is not None
    other.load_state(kept.tensors)
    assert other.model.logit_bias.item() == made.model.logit_bias.item()
