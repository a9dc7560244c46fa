"""An experiment as a transformer of scikit-learn."""

import inspect
import re
import signal
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs
import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from plasticity.components.data import Data
from plasticity.errors import DataError, PlasticityError
from plasticity.experiment.configure import configure
from plasticity.experiment.portion import Portion
from plasticity.experiment.spec import Experiment
from plasticity.simulation.assembly import assemble
from plasticity.simulation.simulation import Simulation
from plasticity.sklearn.fitted import Fitted, fitted, next_pass
from plasticity.sklearn.parameters import parameters_of, paths_of, without_display
from plasticity.store.run import Run
from plasticity.typing import Array

_RESPONSES = 1000  # samples that respond at once
_ANY_SEED = 2**31


class PlasticityTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]  # ships no types
    """Transformer that runs an experiment in `fit` and returns responses in `transform`.

    Settings are parameters like others: `set_params` and parameter grids take them, and
    `get_params` lists all. They are checked by `fit`, with the messages of `pl.run`.

    Samples are those of `plasticity.Data`, or a sparse matrix, which is made dense: bytes (uint8)
    count as value / 255, other numbers as they are. Responses are float32 unless the experiment
    says float64.

    Parameters
    ----------
    experiment : str, Path or Experiment
        A preset, a TOML file or an experiment; its data are replaced.
    neurons, epochs, batch_size : int, optional
        By default those of the experiment; a batch is never larger than the number of samples.
    random_state : int or RandomState, optional
        Seed of all random numbers, or a generator to draw it from; by default the seed of the
        experiment, so that fits repeat.
    listeners : iterable
        Objects with `@hookimpl` methods, such as callbacks at each epoch.
    verbose : bool
        Keep observers that only display, such as a progress bar.
    **settings
        Any other setting by its path, as in `pl.run` but with two underscores for each dot:
        `rule__power=3`, `lateral=None`, `layers__1__optimizer__rate=0.1`. The only one of the data
        is `data__constant=1.0`, a constant input beside the samples, a bias.

    Attributes
    ----------
    weights_ : ndarray (neuron, input)
        Weights of the last layer.
    n_epoch_ : int
    run_ : Run
        The recorded run with its metrics, left out when the estimator is pickled.

    Examples
    --------
    >>> import numpy as np
    >>> from plasticity.sklearn import PlasticityTransformer
    >>> samples = np.random.default_rng(0).random((200, 16))
    >>> layer = PlasticityTransformer("bcm", neurons=4, epochs=2, optimizer__rate=0.01)
    >>> layer.fit_transform(samples).shape
    (200, 4)
    """

    run_: Run
    weights_: Array
    n_epoch_: int
    _fitted: Fitted
    _dtype: np.dtype[Any]  # of the samples that it was fitted on

    def __init__(
        self,
        experiment: Any,
        *,
        neurons: int | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        random_state: Any = None,
        listeners: Iterable[Any] = (),
        verbose: bool = False,
        **settings: Any,
    ) -> None:
        self.experiment = experiment
        self.neurons = neurons
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state
        self.listeners = listeners
        self.verbose = verbose
        self._settings: Mapping[str, Any] = settings

    def fit(self, X: Any, y: Any = None) -> Self:
        """Run the experiment from the beginning, and return the estimator.

        `y` (sample,) are labels for the metrics, rules and listeners that take them.
        """
        data = self._data(X, y, reset=True)
        return self._train(assemble(self._experiment(data), self.listeners))

    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Train for one epoch on these samples, and return the estimator.

        Each call is one epoch of the schedule. The samples may differ from call to call; encoders
        stay fitted to the first ones.

        Without the parameter `epochs` the number of calls to come is unknown, so a schedule that
        ends with the run stays at its beginning: call 500 changes the weights like call 10. With
        it, as many calls with the same samples equal a `fit`; later calls count as the last epoch
        of a longer run. Raises `SpecError` if the layers are trained one after the other.
        """
        begun = hasattr(self, "_fitted")
        data = self._data(X, y, reset=not begun)
        experiment = self._experiment(data)
        snapshot = self._fitted.snapshot if begun else None
        return self._train(next_pass(experiment, snapshot, self.listeners, self.epochs is None))

    def transform(self, X: Any) -> Array:
        """Return the activity (sample, neuron) of the last layer on samples (sample, input)."""
        check_is_fitted(self)
        X = self._validated(X, reset=False)
        dtype = self._fitted.experiment.dtype
        responses = np.empty((X.shape[0], self._n_features_out), dtype)
        for start in range(0, X.shape[0], _RESPONSES):
            block = slice(start, start + _RESPONSES)
            samples = Data(X[block]).take(slice(None), dtype)
            responses[block] = self._fitted.simulation.respond(samples).T
        return responses

    def configured(self) -> Experiment:
        """Return the experiment with all parameters but the seed, and its own data.

        Raises `SpecError` if a parameter is unknown or out of range.
        """
        own = {"neurons": self.neurons, "epochs": self.epochs, "batch_size": self.batch_size}
        given = {name: value for name, value in own.items() if value is not None}
        experiment = configure(self.experiment, **paths_of({**given, **self._settings}))
        return experiment if self.verbose else without_display(experiment)

    # -- the contract of scikit-learn ----------------------------------------------------------

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters and, if `deep`, all settings, as `rule__power`."""
        params = {name: getattr(self, name) for name in self._get_param_names()}
        try:
            known = parameters_of(self.configured()) if deep else {}
        except PlasticityError:
            known = {}  # `fit` reports what is wrong
        return {**known, **self._settings, **params}

    def set_params(self, **params: Any) -> Self:
        """Set parameters, or settings as `rule__power=3`, and return the estimator."""
        names = self._get_param_names()
        for name, value in params.items():
            if name in names:
                setattr(self, name, value)
            else:
                self._settings = {**self._settings, name: value}
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # The responses have the dtype of the experiment, whatever the samples have.
        tags.transformer_tags.preserves_dtype = []
        tags.input_tags.sparse = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Return everything but the recorded run."""
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "run_"}

    @property
    def _n_features_out(self) -> int:
        return len(self.weights_)

    # -- within --------------------------------------------------------------------------------

    def _data(self, X: Any, y: Any, reset: bool) -> Data:
        X, labels = self._validated(X, reset), np.asarray(y)
        return Data(X, labels=labels if labels.shape == X.shape[:1] else None)

    def _validated(self, X: Any, reset: bool) -> Any:
        """Return the samples; raise `DataError` for bytes after other integers, or the reverse."""
        X = validate_data(self, X, dtype="numeric", accept_sparse="csr", reset=reset)
        both = {X.dtype} if reset else {X.dtype, self._dtype}
        if len(both) > 1 and np.dtype(np.uint8) in both and all(kind.kind in "iu" for kind in both):
            raise DataError(
                f"{type(self).__name__}: was fitted on values of type {self._dtype} and is given "
                f"{X.dtype}; bytes (uint8) count as value / 255 and other numbers as they are: "
                "give the type that it was fitted on"
            )
        return X

    def _experiment(self, data: Data) -> Experiment:
        experiment = self.configured()
        source = experiment.data
        settings = {"constant": getattr(source, "constant", None)} | getattr(source, "settings", {})
        data = Portion(constant=settings["constant"]).of(data)
        seed: Any = experiment.seed if self.random_state is None else self.random_state
        if isinstance(seed, np.random.RandomState):
            seed = seed.randint(_ANY_SEED)
        seed = seed.item() if isinstance(seed, np.integer) else seed
        size = min(experiment.batch_size, data.n_sample)
        return attrs.evolve(experiment, data=data, batch_size=size, seed=seed)

    def _train(self, simulation: Simulation) -> Self:
        """Run to the end, and only then replace an earlier fit.

        An interrupted run counts as far as it came: with a warning after Ctrl-C, with the exception
        after any other signal.
        """
        interrupted: KeyboardInterrupt | None = None
        try:
            run = simulation.run()
        except KeyboardInterrupt as error:
            if simulation.interrupt.at_once or not hasattr(error, "run"):
                raise  # in the middle of a step
            run, interrupted = error.run, error
        self.run_ = run
        self.weights_ = simulation.layers[-1].arrays["weights"].copy()
        self.n_epoch_ = simulation.layers[-1].clock.epoch
        self._fitted = fitted(simulation)
        self._dtype = simulation.data.samples.dtype
        if interrupted is not None:
            if simulation.interrupt.number != signal.SIGINT:
                raise interrupted
            warnings.warn(
                f"{type(self).__name__}: interrupted after {self.n_epoch_} of "
                f"{simulation.experiment.n_epoch} epochs; it is fitted as far as it came",
                ConvergenceWarning,
                stacklevel=3,
            )
        return self


def transformer_of(preset: str, name: str, module: str) -> type[PlasticityTransformer]:
    """Return the class of a preset: a transformer without the parameter `experiment`."""

    def __init__(self: PlasticityTransformer, **parameters: Any) -> None:
        PlasticityTransformer.__init__(self, preset, **parameters)

    signature = inspect.signature(PlasticityTransformer.__init__)
    own = [parameter for name, parameter in signature.parameters.items() if name != "experiment"]
    vars(__init__)["__signature__"] = signature.replace(parameters=own)
    doc = inspect.getdoc(PlasticityTransformer) or ""
    doc = doc.partition("\n\n")[2].partition("Examples\n")[0]
    doc = f"The preset {preset!r} as a transformer.\n\n" + re.sub(r"experiment : .*\n.*\n", "", doc)
    contents = {"__doc__": doc, "__module__": module, "__init__": __init__}
    return type(name, (PlasticityTransformer,), contents)
