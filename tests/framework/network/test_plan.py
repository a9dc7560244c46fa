"""The plan calls what pluggy would call, in the same order, with the same outcome."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pluggy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plasticity.errors import ComponentError
from plasticity.hookspecs import PROJECT, hookimpl
from plasticity.network.dispatch import Manager, calls_of, collect, emit, first
from tests.support.effort import cases

spec = pluggy.HookspecMarker(PROJECT)
ARGUMENTS = {"a": 1, "b": [2], "c": "three"}
ERRORS = (ValueError, KeyError, KeyboardInterrupt, StopIteration)


class Specs:
    @spec
    def gather(self, a, b, c): ...

    @spec(firstresult=True)
    def find(self, a, b, c): ...

    @spec
    def shape_current(self, current): ...


marks = st.fixed_dictionaries({"tryfirst": st.booleans(), "trylast": st.booleans()})
names = st.lists(st.sampled_from(sorted(ARGUMENTS)), unique=True).map(tuple)
plain = st.fixed_dictionaries(
    {
        "style": st.just("plain"),
        "marks": marks,
        "names": names,
        "returns": st.one_of(st.none(), st.integers(0, 9)),
        "raises": st.sampled_from((None, None, None, *ERRORS)),
    }
)
wrapping = st.fixed_dictionaries(
    {
        "style": st.sampled_from(("wrapper", "hookwrapper")),
        "marks": marks,
        "names": names,
        "does": st.sampled_from(("keep", "replace", "rescue", "raise first", "raise last")),
    }
)


def plugin(number, hook, event, log):
    """An object whose method answers the event as described, and writes into the log."""
    answer = {"plain": _plain, "wrapper": _wrapper, "hookwrapper": _old_wrapper}[hook["style"]]
    body = answer(number, hook, event, log)
    taken = "".join(f", {name}" for name in hook["names"])
    space = {"body": body}
    keyword = "return" if hook["style"] == "plain" else "return (yield from"
    end = "" if hook["style"] == "plain" else ")"
    exec(f"def {event}(self{taken}): {keyword} body(({taken[2:]}{',' * bool(taken)})){end}", space)
    options = dict(hook["marks"])
    if hook["style"] != "plain":
        options[hook["style"]] = True
    return type("Plugin", (), {event: hookimpl(**options)(space[event])})()


def _plain(number, hook, event, log):
    def body(values):
        log.append((number, values))
        if hook["raises"]:
            raise hook["raises"](number)
        return hook["returns"]

    return body


def _wrapper(number, hook, event, log):
    other = [number] if event == "gather" else number

    def body(values):
        log.append((number, "before", values))
        if hook["does"] == "raise first":
            raise ValueError(number)
        try:
            result = yield
        except BaseException as error:
            log.append((number, type(error)))
            if hook["does"] != "rescue":
                raise
            return other
        log.append((number, "after", result))
        if hook["does"] == "raise last":
            raise KeyError(number)
        return other if hook["does"] == "replace" else result

    return body


def _old_wrapper(number, hook, event, log):
    other = [number] if event == "gather" else number

    def body(values):
        log.append((number, "before", values))
        if hook["does"] == "raise first":
            raise ValueError(number)
        outcome = yield
        log.append((number, type(outcome.exception)))
        if hook["does"] == "raise last":
            raise KeyError(number)
        if hook["does"] in ("replace", "rescue"):
            outcome.force_result(other)

    return body


def outcome_of(call):
    """The result of a call, or the exception of the component behind it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pluggy.PluggyTeardownRaisedWarning)
        try:
            return call()
        except ComponentError as error:
            return type(error.__cause__), error.__cause__.args
        except BaseException as error:
            return type(error), error.args


def manager_of(hooks, event, log):
    manager = Manager()
    manager.add_hookspecs(Specs)
    plugins = [plugin(number, hook, event, log) for number, hook in enumerate(hooks)]
    for made in plugins:
        manager.register(made)
    return manager, plugins


def assert_plan_is_pluggy(hooks, event, gather, left_out):
    log = []
    manager, plugins = manager_of(hooks, event, log)
    without = [made for number, made in enumerate(plugins) if number in left_out]
    caller = manager.subset_hook_caller(event, without)
    expected = outcome_of(lambda: caller(**ARGUMENTS)), log.copy()
    log.clear()
    found = outcome_of(lambda: gather(calls_of(caller, ARGUMENTS))), log
    assert found == expected


@given(st.lists(plain, max_size=6), st.sets(st.integers(0, 5), max_size=2))
@settings(max_examples=cases(200), derandomize=True)
def test_gathered_answers_are_those_of_pluggy(hooks, left_out):
    assert_plan_is_pluggy(hooks, "gather", collect, left_out)


@given(st.lists(st.one_of(plain, wrapping), max_size=6), st.sets(st.integers(0, 5), max_size=2))
@settings(max_examples=cases(300), derandomize=True)
def test_gathered_answers_within_wrappers_are_those_of_pluggy(hooks, left_out):
    assert_plan_is_pluggy(hooks, "gather", collect, left_out)


@given(st.lists(st.one_of(plain, wrapping), max_size=6), st.sets(st.integers(0, 5), max_size=2))
@settings(max_examples=cases(300), derandomize=True)
def test_the_first_answer_is_that_of_pluggy(hooks, left_out):
    assert_plan_is_pluggy(hooks, "find", first, left_out)


chained = st.fixed_dictionaries(
    {
        "style": st.sampled_from(("plain", "plain", "wrapper", "hookwrapper")),
        "marks": marks,
        "raises": st.sampled_from((None, None, None, None, ValueError)),
    }
)


def link(number, hook):
    """A plugin that appends its number to the array that a chain event hands on."""

    class Plain:
        @hookimpl(**hook["marks"])
        def shape_current(self, current):
            current.append(number)
            if hook["raises"]:
                raise hook["raises"](number)

    class Wrapper:
        @hookimpl(wrapper=True, **hook["marks"])
        def shape_current(self, current):
            current.append(number)
            result = yield
            current.append(-number)
            return result

    class OldWrapper:
        @hookimpl(hookwrapper=True, **hook["marks"])
        def shape_current(self, current):
            current.append(number)
            yield
            current.append(-number)

    return {"plain": Plain, "wrapper": Wrapper, "hookwrapper": OldWrapper}[hook["style"]]()


@given(st.lists(chained, max_size=6))
@settings(max_examples=cases(200), derandomize=True)
def test_a_chain_works_in_the_order_of_pluggy(hooks):
    manager = Manager()
    manager.add_hookspecs(Specs)
    for number, hook in enumerate(hooks, start=1):
        manager.register(link(number, hook))
    caller, expected, found = manager.hook.shape_current, [], []
    outcome = outcome_of(lambda: caller(current=expected) or None)
    assert outcome_of(lambda: emit(calls_of(caller, {"current": found}))) == outcome
    assert found == expected


def test_all_this_holds_on_the_other_pluggy_too():
    folder = os.environ.get("PLASTICITY_OTHER_PLUGGY")
    if not folder:
        pytest.skip("PLASTICITY_OTHER_PLUGGY names no folder with another version of pluggy")
    here = Path(__file__).parents[1]
    names = ("network/test_plan", "network/test_dispatch", "components/test_hooks")
    tests = [f"{here / name}.py" for name in (*names, "simulation/test_contracts")]
    code = (
        "import pluggy, pytest, sys; "
        f"assert pluggy.__file__.startswith({folder!r}), pluggy.__file__; "
        f"sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', *{tests}]))"
    )
    environment = {name: value for name, value in os.environ.items() if "OTHER_PLUGGY" not in name}
    environment["PYTHONPATH"] = folder
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=here.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
