"""Checks that a component keeps the contract between components and the loop.

A test of a plugin is one line, or one line for each check:

    check_component("my_rule")

    @pytest.mark.parametrize(("name", "check"), checks_for("my_rule"))
    def test_my_rule_keeps_the_contract(name, check):
        check()
"""

from plasticity.testing.behaviour import check_acts as check_acts
from plasticity.testing.behaviour import check_adds as check_adds
from plasticity.testing.behaviour import check_compiled as check_compiled
from plasticity.testing.behaviour import check_deterministic as check_deterministic
from plasticity.testing.behaviour import check_dtypes as check_dtypes
from plasticity.testing.behaviour import check_fills as check_fills
from plasticity.testing.behaviour import check_kernels as check_kernels
from plasticity.testing.behaviour import check_leaves_alone as check_leaves_alone
from plasticity.testing.behaviour import check_measuring as check_measuring
from plasticity.testing.behaviour import check_resumes as check_resumes
from plasticity.testing.behaviour import check_shapes as check_shapes
from plasticity.testing.checks import CHECKS as CHECKS
from plasticity.testing.checks import check_component as check_component
from plasticity.testing.checks import checks_for as checks_for
from plasticity.testing.declarations import check_documented as check_documented
from plasticity.testing.declarations import check_hooks as check_hooks
from plasticity.testing.declarations import check_settings as check_settings
from plasticity.testing.trial import Size as Size
from plasticity.testing.trial import Trial as Trial
from plasticity.testing.trial import try_out as try_out
