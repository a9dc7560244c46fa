"""What a run has to say of itself is logged at once, and kept in its store."""

import logging

import numpy as np

from plasticity import Data, assemble, hookimpl, open_run
from tests.support.toys import experiment

SENTENCE = "threshold of layer 0 swings: shorten its memory"


class Tells:
    """Gives a notice after each step."""

    every = 1

    @hookimpl
    def step_finished(self):
        self.simulation.session.notice(SENTENCE)


def told_by_a_run(out=None):
    tells = Tells()
    data = Data(np.random.default_rng(0).random((6, 3)))
    tells.simulation = assemble(experiment(data=data, epochs=2, batch_size=2), [tells])
    return tells.simulation.run(out)


def test_a_notice_is_kept_once(tmp_path):
    assert told_by_a_run().notices == (SENTENCE,)
    told_by_a_run(tmp_path / "run")
    assert open_run(tmp_path / "run").notices == (SENTENCE,)


def test_a_notice_is_logged_once(caplog):
    with caplog.at_level(logging.WARNING, "plasticity"):
        told_by_a_run()
    assert caplog.messages == [SENTENCE]


def test_a_run_in_which_all_was_well_has_no_notices():
    data = Data(np.random.default_rng(0).random((6, 3)))
    assert assemble(experiment(data=data)).run().notices == ()
