"""Checks that a component keeps the contract between components and the loop.

A test of a plugin is one line, or one line for each check:

    check_component("my_rule")

    @pytest.mark.parametrize(("name", "check"), checks_for("my_rule"))
    def test_my_rule_keeps_the_contract(name, check):
        check()
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
