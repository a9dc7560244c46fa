"""What the papers and the simulators of the field have is here, by a name that is listed."""

import re

import pytest

from tests.support.console import command

# Role -> names. A variant of a component that is one of its settings has the name of the component:
# the protocols of rearing are phases of `deprivation`, the channels of noise are kinds of `noise`.
NAMES = {
    "activation": """
        linear logistic loggy relu elu selu relie ramp tanh plse leaky stair hardtan lhtan elliot
        symmetric_elliot softplus softsign asymmetric_logistic power_relu threshold_linear softmax
        intrinsic_plasticity
    """,
    "optimizer": """
        sgd momentum nesterov adagrad rmsprop adadelta adam adamax adamw lion
    """,
    "schedule": """
        constant linear_to_zero exponential cosine staircase inverse_time warm_up
    """,
    "initializer": """
        zeros ones constant uniform normal truncated_normal lecun_uniform lecun_normal
        glorot_uniform glorot_normal he_uniform he_normal orthogonal from_samples from_array
        from_run
    """,
    "threshold": """
        batch moving_average power_of_mean mean_of_power power_of_moment blais_tau sliding_window
        fixed moments
    """,
    "lateral": """
        uniform gaussian exponential mexican_hat nearest_neighbours random_sparse matrix populations
        anti_hebbian unconnected
    """,
    "rule": """
        bcm82 ic92 ic92_without_slope lc94 bcm bcm8292 nc-reference bblais bblais_law_cooper
        krotov_hopfield krotov_hopfield_dynamic hebb oja sanger covariance anti_hebb instar outstar
        competitive kohonen softhebb s1 s2 k1 k2 intrator equation
    """,
    "constraint": "synaptic_scaling row_norm channel_norm keep_sign bounds mask",
    "transform": "max_abs weight_decay oja_stabilizer clip",
    "source": "arrays mnist cifar10 digits natural_images noise patterns gratings",
    "encoder": "deprivation spontaneous_activity dead_inputs add_noise low_pass high_pass "
    "centre standardize unit_length whiten",
    "metric": """
        selectivity peak_selectivity sparseness overlap memorization capacity_used selected_by
        redundancy class_purity orientation_tuning weight_norm weight_entropy response_kurtosis
        dead_neurons threshold_convergence effective_rank distance_travelled convergence
        ocular_dominance
    """,
    "observer": "recorder early_stopping divergence_guard progress",
}


@pytest.fixture(scope="module")
def listed():
    """Role -> name -> what `plasticity plugins` tells of it."""
    told: dict[str, dict[str, list[str]]] = {}
    for line in command("plugins").out.splitlines():
        depth = len(line) - len(line.lstrip())
        if depth == 0:
            role = told.setdefault(line, {})
        elif depth == 2:
            name, distribution, version = line.split()
            lines = role.setdefault(name, [f"{distribution} {version}"])
        else:
            lines.append(line.strip())
    return told


@pytest.mark.parametrize("role", NAMES)
def test_the_names_of_the_field_are_listed_with_their_package_and_a_sentence(role, listed):
    found = {name: listed[role][name][:2] for name in NAMES[role].split() if name in listed[role]}
    assert sorted(found) == sorted(NAMES[role].split())
    for package, sentence in found.values():
        assert re.fullmatch(r"plasticity-lab [\d.]+", package)
        assert re.fullmatch(r"[A-Z\d].*\.", sentence)


def test_every_rule_but_that_of_the_user_is_listed_with_its_paper(listed):
    without = {
        name for name, lines in listed["rule"].items() if not lines[-1].startswith("source: ")
    }
    assert without == {"equation"}
