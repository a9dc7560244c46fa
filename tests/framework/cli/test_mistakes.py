"""A mistake ends a command with status 2 and one message that says what to do."""

from __future__ import annotations

import pytest

from tests.support.console import SMALL, command

SPEC = """
data = "digits"
epochs = {epochs}

[[layers]]
neurons = 5
rule = "{rule}"
activation = "relu"
optimizer = {{ name = "sgd", {setting} = 0.01 }}
initializer = "normal"
threshold = "moving_average"
"""
GOOD = {"epochs": 1, "rule": "bcm", "setting": "rate"}


def refusal(*arguments: str) -> str:
    """The message of a command that is refused; nothing else is printed."""
    result = command(*arguments)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("Error: ")
    return result.err.removeprefix("Error: ").removesuffix("\n")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            {"rule": "bmc"},
            "layers[0].rule: unknown component 'bmc'; did you mean 'bcm'? (plasticity plugins "
            "lists all)",
        ),
        ({"setting": "rat"}, "layers[0].optimizer 'sgd': no setting 'rat'; did you mean 'rate'?"),
        ({"epochs": '"ten"'}, "{path}: epochs: must be an integer, got 'ten'"),
        (
            {"rule": "relu"},
            "layers[0].rule: 'relu' has the role 'activation', expected 'rule' "
            "(plasticity plugins lists all by role)",
        ),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_place(tmp_path, entry, message):
    path = tmp_path / "mine.toml"
    path.write_text(SPEC.format(**{**GOOD, **entry}))
    assert refusal("run", str(path)) == message.format(path=path)


def test_a_mistake_of_syntax_is_told_with_its_line(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('data = "digits"\nepochs = = 3\n')
    told = refusal("run", str(path))
    assert told == f"{path}: not a TOML file: Invalid value (at line 2, column 10)"


def test_a_file_that_is_not_there_is_told(tmp_path):
    path = str(tmp_path / "none.toml")
    assert refusal("run", path) == f"{path}: cannot be read: No such file or directory"


@pytest.mark.parametrize("name", ["cite", "run"])
def test_a_folder_is_no_spec(tmp_path, name):
    messages = {"cite": "there is nothing there", "run": "cannot be read: Is a directory"}
    assert refusal(name, str(tmp_path)) == f"{tmp_path}: {messages[name]}"


def test_an_unknown_preset_is_told_with_the_nearest_one():
    assert refusal("run", "bmc") == (
        "unknown preset 'bmc'; did you mean 'bcm'? (a path to a TOML file works as well)"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            "digts",
            "data: unknown component 'digts'; did you mean 'digits'? (plasticity plugins lists "
            "all)",
        ),
        (
            "pictures.xyz",
            "pictures.xyz: no source reads .xyz (known are .csv, .idx, .idx.gz, .npy, .npz, "
            ".ubyte, .ubyte.gz, .zarr)",
        ),
        (
            "some/folder",
            "some/folder: no source reads a path without a suffix (known are .csv, .idx, .idx.gz, "
            ".npy, .npz, .ubyte, .ubyte.gz, .zarr)",
        ),
    ],
)
def test_data_that_no_source_gives_are_refused(data, message):
    assert refusal("run", "bcm", "--data", data) == message


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("epochs", "--set takes key=value, got 'epochs'"),
        ("epchs=3", "no setting 'epchs'; did you mean 'epochs'?"),
        ("epochs=three", "epochs: must be an integer, got 'three'"),
        ("rule.power=3", "layers[0].rule 'bcm': no setting 'power' (it has none)"),
        (
            "threshold.memory=1",
            "layers[0].threshold 'moving_average': memory must lie in [0, 1), got 1: a memory of "
            "1 never forgets the first threshold",
        ),
        (
            "optimizer.rate=fast",
            "layers[0].optimizer 'adam': rate must be a number, got 'fast' (learning rate)",
        ),
        ("dtype=float16", "dtype: must be one of 'float32', 'float64', got 'float16'"),
        (
            "batch_size=100000",
            "batch_size is 100000, but the data have 1438 samples; give a batch_size up to 1438",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_refused(assignment, message):
    assert refusal("run", "bcm", "--set", assignment) == message


@pytest.mark.parametrize("name", ["run", "compare", "branch", "resume"])
def test_a_setting_that_is_an_option_of_the_command_is_no_setting(name, tmp_path):
    store = str(tmp_path / "o")
    assert command("run", "bcm", *SMALL, "--out", store).status == 0
    given = store if name in ("branch", "resume") else "bcm"
    assert refusal(name, given, "--set", "seeds=3") == "no setting 'seeds'; did you mean 'seed'?"


def test_k_of_one_is_refused_with_the_reason():
    assert refusal("run", "krotov_hopfield", "--set", "rule.rank=1") == (
        "layers[0].rule 'krotov_hopfield': rank must lie in [2, inf), got 1: with 1 the winner "
        "itself would learn with the opposite sign"
    )


def test_a_critical_lateral_strength_is_refused_with_the_value():
    arguments = ("--set", "neurons=5", "--set", 'lateral={name="uniform", strength=0.25}')
    assert refusal("run", "bcm", *arguments) == (
        "layers[0].lateral 'uniform_lateral': 1 - L is singular at strength = 0.25 for a layer of "
        "5 neurons, and the spectral radius of L is 1: take a strength nearer to 0 than the "
        "critical 0.25"
    )


def test_a_store_that_exists_is_not_replaced_unless_asked(tmp_path):
    out = str(tmp_path / "o")
    assert command("run", "bcm", *SMALL, "--out", out).status == 0
    assert refusal("run", "bcm", *SMALL, "--quiet", "--out", out) == (
        f"{out}: exists already; choose another path, or replace it with --overwrite "
        "(overwrite=True)"
    )
    assert command("run", "bcm", *SMALL, "--out", out, "--overwrite").status == 0


def test_a_folder_of_something_else_is_never_replaced(tmp_path):
    (tmp_path / "letters.txt").write_text("dear")
    told = refusal("run", "bcm", *SMALL, "--quiet", "--out", str(tmp_path), "--overwrite")
    assert told == (
        f"{tmp_path}: is a folder of something else, not the store of a run, and is not overwritten"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_an_unknown_role_is_told_with_the_nearest_one():
    assert refusal("plugins", "--role", "rules") == (
        "--role: unknown role 'rules'; did you mean 'rule'? (roles are 'activation', "
        "'constraint', 'encoder', 'initializer', 'lateral', 'metric', 'observer', 'optimizer', "
        "'rule', 'schedule', 'source', 'synapse', 'threshold', 'transform')"
    )


def test_a_source_without_downloads_says_so():
    assert refusal("fetch", "digits") == (
        "fetch: 'digits' downloads no data; there is nothing to fetch"
    )


def test_what_is_no_source_cannot_be_fetched():
    assert refusal("fetch", "relu") == (
        "fetch: 'relu' has the role 'activation', expected 'source' (plasticity "
        "plugins lists all by role)"
    )


def test_an_unknown_source_is_told_with_the_nearest_one():
    assert refusal("fetch", "mnst") == (
        "fetch: unknown component 'mnst'; did you mean 'mnist'? (plasticity plugins lists all)"
    )


def test_a_mistake_in_the_arguments_is_told_with_the_way_to_help():
    result = command("run", "bcm", "--overwite")
    assert (result.status, result.out) == (2, "")
    # The rest of the text is typer's and differs between its versions.
    assert "Try 'plasticity run --help' for help.\n" in result.err
    assert "Error: No such option: --overwite" in result.err
