"""The classifier of Krotov and Hopfield: powers of rectified currents, a steep loss, Adam."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from plasticity import one_thread
from plasticity.errors import DivergenceError, SettingError
from plasticity.typing import Array

_BLOCK = 2048  # samples whose powers are computed while they are in cache
_LIMITS = {  # name -> integer, lowest value, whether that value itself is allowed
    "power": (False, 0, False),
    "loss_power": (False, 1, False),
    "beta": (False, 0, False),
    "rate": (False, 0, False),
    "epochs": (True, 1, True),
    "constant_epochs": (True, 0, True),
    "halving_epochs": (True, 1, True),
    "batch_size": (True, 1, True),
    "random_state": (True, 0, True),
}
FIRST_DECAY, SECOND_DECAY, SMALL = 0.9, 0.999, 1e-8  # as published for Adam


class KrotovHopfieldHead(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # ships no types
    """Classifier on the responses of a layer whose weights W stand still.

        h_i = relu(u_i)^n,  u = W x
        c_a = tanh(beta sum_i S_ai h_i)
        loss = < sum_a |c_a - t_a|^m >,  t = 1 for the class of the sample, -1 for the others

    S begins at zero and is trained by Adam on minibatches; the rate stands still for
    `constant_epochs`, then halves every `halving_epochs`. The order of the samples in an epoch
    follows from the seed and the number of the epoch alone.

    weights          W (neuron, input); the samples given are then the inputs x, which are scaled
                     to unit length before. Without it they are the currents u (sample, neuron), or
                     what an activation made of them
    power            n of the rectified current
    loss_power       m of the loss
    beta             factor in the tanh; unless set, currents are divided by the largest of those
                     that come first, and beta is 1 / sqrt(< |h|^2 >) over these
    rate             of Adam, at the beginning
    epochs           passes through the samples in all
    constant_epochs  of these at the full rate
    halving_epochs   after which the rate is halved, again and again
    batch_size       samples a step
    unit_length      whether inputs of `weights` are scaled to unit length
    warm_start       whether `fit` goes on from the epochs done, up to `epochs`, as if it had never
                     stopped
    copy             whether the samples stay as they are; without it, float32 currents become h
    random_state     seed of the order of the samples

    Fitted: `coef_` S (class, neuron), `moments_` of Adam (2, class, neuron), `n_epoch_`, `n_step_`,
    `loss_curve_` (the mean loss of each epoch), `beta_`, `scale_` by which currents are divided,
    `classes_`. With these a fit goes on, also
    in another process. All is float32.

    Raises `SettingError` for a setting out of its range; `DivergenceError` where S or the loss is
    no longer finite, or the loss ends above that of S = 0.

    Source: Krotov & Hopfield, PNAS 116 (2019) 7723. Published for MNIST: n = 4.5, m = 6, batches of
    100. The rates are those of replications, as is the unit length, without which u^n spans so many
    orders of magnitude that training fails. Ours: S begins at zero, and `beta` may be left out.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> labels = rng.integers(0, 3, 200)
    >>> currents = rng.random((200, 6)) + np.eye(6)[labels]
    >>> head = KrotovHopfieldHead(epochs=30, rate=0.03).fit(currents, labels)
    >>> head.score(currents, labels)
    1.0
    """

    source = "krotov2019unsupervised"

    coef_: Array
    moments_: Array
    n_epoch_: int
    n_step_: int
    loss_curve_: list[float]
    beta_: float
    scale_: float = 1.0
    classes_: Array

    def __init__(
        self,
        *,
        weights: Any = None,
        power: float = 4.5,
        loss_power: float = 6.0,
        beta: float | None = None,
        rate: float = 1e-3,
        epochs: int = 300,
        constant_epochs: int = 100,
        halving_epochs: int = 50,
        batch_size: int = 100,
        unit_length: bool = True,
        warm_start: bool = False,
        copy: bool = True,
        random_state: int = 0,
    ) -> None:
        self.weights = weights
        self.power = power
        self.loss_power = loss_power
        self.beta = beta
        self.rate = rate
        self.epochs = epochs
        self.constant_epochs = constant_epochs
        self.halving_epochs = halving_epochs
        self.batch_size = batch_size
        self.unit_length = unit_length
        self.warm_start = warm_start
        self.copy = copy
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> KrotovHopfieldHead:
        """Train up to `epochs` passes through the samples (sample, neuron) with their classes."""
        self._check_settings()
        goes_on = self.warm_start and hasattr(self, "coef_")
        hidden, targets = self._prepare(X, y, None, goes_on)
        # The products of a step are small. Measured with 2000 neurons on two cores: an epoch of
        # MNIST takes 0.18 in place of 0.16 s, but beside another process 0.25 in place of 4.4 s.
        with one_thread():
            for _ in range(self.n_epoch_, self.epochs):
                self._train_epoch(hidden, targets)
        self._check_learnt()
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> KrotovHopfieldHead:
        """Train for one pass through these samples; the first call tells all `classes`."""
        self._check_settings()
        hidden, targets = self._prepare(X, y, classes, hasattr(self, "coef_"))
        with one_thread():
            self._train_epoch(hidden, targets)
        return self

    def decision_function(self, X: Any) -> Array:
        """Return the outputs c (sample, class) in [-1, 1]; of two classes c_1 - c_0 (sample,)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, reset=False)
        outputs: Array = np.tanh(self._hidden(self._currents(X, copy=True)) @ self.coef_.T)
        if len(self.classes_) == 2:
            return np.asarray(outputs[:, 1] - outputs[:, 0])
        return outputs

    def predict(self, X: Any) -> Array:
        """Return the class with the largest output (sample,)."""
        outputs = self.decision_function(X)
        numbers = (outputs > 0).astype(int) if outputs.ndim == 1 else outputs.argmax(axis=1)
        return np.asarray(self.classes_[numbers])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # The checks of scikit-learn train on two standardized features, and half of each is
        # rectified away here.
        tags.classifier_tags.poor_score = True
        return tags

    # -- one epoch -----------------------------------------------------------------------------

    def _train_epoch(self, hidden: Array, targets: Array) -> None:
        """Pass through all samples once, in the order that belongs to this epoch."""
        order = np.random.default_rng([self.random_state, self.n_epoch_]).permutation(len(hidden))
        adam = Adam(self.coef_, self.moments_, self._rate_now(), self.n_step_)
        size = min(self.batch_size, len(hidden))
        batch, update = np.empty((size, hidden.shape[1]), np.float32), np.empty_like(self.coef_)
        total = 0.0
        # Overflow shows as a loss or weights that are not finite, and is told below.
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(order), size):
                rows = order[start : start + size]
                h = batch[: len(rows)]
                # "clip" because the default copies once more, to leave h alone if a row is wrong.
                np.take(hidden, rows, axis=0, out=h, mode="clip")
                loss, slope = loss_and_slope(h @ self.coef_.T, targets[rows], self.loss_power)
                np.dot(slope.T, h, out=update)
                adam.descend(update)
                total += loss * len(rows)
        self.n_step_ = adam.step
        self.n_epoch_ += 1
        self.loss_curve_ = [*self.loss_curve_, total / len(order)]
        if not (np.isfinite(total) and np.isfinite(self.coef_).all()):
            raise DivergenceError(
                f"krotov_hopfield_head: the weights of the readout or its loss are no longer "
                f"finite after epoch {self.n_epoch_}: lower the rate of {self.rate:g}, or scale "
                "the samples to unit length before the layer responds"
            )

    def _check_learnt(self) -> None:
        """Refuse a readout that is worse than it began, with S = 0 and c = 0."""
        at_zero = len(self.classes_)
        if self.loss_curve_ and self.loss_curve_[-1] > at_zero:
            raise DivergenceError(
                f"krotov_hopfield_head: the loss is {self.loss_curve_[-1]:.3g} after epoch "
                f"{self.n_epoch_}, above the {at_zero} from which it began: the tanh stands at its "
                f"ends, where nothing is learnt; lower beta of {self.beta_:.3g}, or the rate of "
                f"{self.rate:g}"
            )

    def _rate_now(self) -> float:
        late = self.n_epoch_ - self.constant_epochs
        halvings = late // self.halving_epochs + 1 if late >= 0 else 0
        return float(self.rate * 0.5**halvings)

    # -- what is given -------------------------------------------------------------------------

    def _prepare(self, X: Any, y: Any, classes: Any, goes_on: bool) -> tuple[Array, Array]:
        """Return beta h (sample, neuron) and the numbers of the classes (sample,), checked."""
        X, y = validate_data(self, X, y, dtype=np.float32, order="C", reset=not goes_on)
        check_classification_targets(y)
        if not goes_on:
            self.classes_ = np.unique(y if classes is None else classes)
        targets = np.searchsorted(self.classes_, y).clip(max=len(self.classes_) - 1)
        strange = np.flatnonzero(self.classes_[targets] != y)
        if len(strange):
            row, given = strange[0], y[strange].tolist()[0]
            raise ValueError(
                f"krotov_hopfield_head: the class {given!r} of sample {row} is none of the classes "
                f"{self.classes_.tolist()} of the first fit"
            )
        currents = self._currents(X, copy=self.copy)
        if goes_on:
            return self._hidden(currents), targets
        self._begin(currents)
        return currents, targets

    def _begin(self, currents: Array) -> None:
        """Set all that is learnt to its beginning, and replace the currents by beta h."""
        largest = float(currents.max())
        self.scale_ = largest if self.beta is None and largest > 0 else 1.0
        self.beta_ = 1.0
        hidden = self._hidden(currents)
        squares = float(np.einsum("ij,ij->", hidden, hidden, dtype=np.float64)) / len(hidden)
        self.beta_ = self.beta or 1 / (np.sqrt(squares) or 1.0)
        hidden *= np.float32(self.beta_)
        shape = (len(self.classes_), hidden.shape[1])
        self.coef_ = np.zeros(shape, np.float32)
        self.moments_ = np.zeros((2, *shape), np.float32)
        self.n_epoch_ = self.n_step_ = 0
        self.loss_curve_ = []

    def _currents(self, X: Array, copy: bool) -> Array:
        """Return currents u (sample, neuron), computed from inputs if there are weights."""
        if self.weights is None:
            return X.copy() if copy else X
        weights, n_input = np.asarray(self.weights, np.float32), X.shape[1]
        if weights.ndim != 2 or weights.shape[1] != n_input:
            raise SettingError(
                f"krotov_hopfield_head: weights must have the shape (neuron, {n_input}) for "
                f"samples with {n_input} inputs, got {weights.shape}"
            )
        if self.unit_length:
            lengths = np.linalg.norm(X, axis=1, keepdims=True)
            X = X / np.where(lengths > 0, lengths, np.float32(1))
        return np.asarray(X @ weights.T)

    def _hidden(self, currents: Array) -> Array:
        """Replace currents by beta h, in place, and return them."""
        for start in range(0, len(currents), _BLOCK):
            block = currents[start : start + _BLOCK]
            block /= np.float32(self.scale_)
            _raise_to(block, self.power)
            block *= np.float32(self.beta_)
        if not np.isfinite(currents).all():
            raise DivergenceError(
                f"krotov_hopfield_head: a current raised to the power {self.power:g} is too large "
                "for a 32-bit number: scale the samples to unit length before the layer responds"
            )
        return currents

    def _check_settings(self) -> None:
        for name, (whole, low, closed) in _LIMITS.items():
            value = getattr(self, name)
            if name == "beta" and value is None:
                continue
            kind = numbers.Integral if whole else numbers.Real
            right = isinstance(value, kind) and not isinstance(value, bool | np.bool_)
            if not right or not (value >= low if closed else value > low):
                number = "an integer" if whole else "a number"
                limit = f"from {low}" if closed else f"above {low}"
                raise SettingError(
                    f"krotov_hopfield_head: {name} must be {number} {limit}, got {value!r}"
                )


def _raise_to(currents: Array, power: float) -> None:
    """Replace currents u by relu(u)^n, in place.

    Squares and roots where twice the power is an integer, as the published 4.5: measured, many
    times as fast as a power.
    """
    np.maximum(currents, 0, out=currents)
    doubled = 2 * power
    if doubled != int(doubled) or doubled > 20:
        np.power(currents, np.float32(power), out=currents)
        return
    base = currents.copy()
    if int(doubled) % 2:
        np.sqrt(currents, out=currents)
    else:
        currents[...] = 1
    with np.errstate(over="ignore"):  # told once all are known
        for _ in range(int(power)):
            currents *= base


def loss_and_slope(argument: Array, targets: Array, exponent: float) -> tuple[float, Array]:
    """Return the loss of a batch, and its derivative by the argument z of the tanh.

        loss = < sum_a |c_a - t_a|^m >,  c = tanh(z)
        slope_ba = m |c_ba - t_ba|^(m-1) sign(c_ba - t_ba) (1 - c_ba^2) / n_sample

    z (sample, class) is overwritten by the slope. t is 1 for the target of a sample, else -1.
    """
    c = np.tanh(argument, out=argument)
    rows = np.arange(len(c))
    error = c + np.float32(1)  # c - t, but for the class of the sample
    error[rows, targets] -= np.float32(2)
    size = np.abs(error)
    steep = size ** np.float32(exponent - 1)
    loss = float(np.dot(steep.ravel(), size.ravel())) / len(c)
    slope = np.multiply(c, c, out=c)
    np.subtract(np.float32(1), slope, out=slope)
    slope *= np.copysign(steep, error, out=steep)
    slope *= np.float32(exponent / len(c))
    return loss, slope


class Adam:
    """Adam of Kingma & Ba (arXiv 1412.6980), in place and without new arrays.

    m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2
    w <- w - rate m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps)
    """

    def __init__(self, weights: Array, moments: Array, rate: float, step: int) -> None:
        self.weights = weights
        self.moments = moments
        self.rate = rate
        self.step = step
        self._scratch = np.empty_like(weights)

    def descend(self, gradient: Array) -> None:
        """Go one step down along a gradient, which is overwritten."""
        self.step += 1
        (mean, square), scratch = self.moments, self._scratch
        np.subtract(gradient, mean, out=scratch)
        scratch *= np.float32(1 - FIRST_DECAY)
        mean += scratch
        gradient *= gradient
        gradient -= square
        gradient *= np.float32(1 - SECOND_DECAY)
        square += gradient
        # The corrections of both means as one factor and a smaller eps: the same, with less work.
        root = np.sqrt(1 - SECOND_DECAY**self.step)
        np.sqrt(square, out=scratch)
        scratch += np.float32(SMALL * root)
        np.divide(mean, scratch, out=scratch)
        scratch *= np.float32(self.rate * root / (1 - FIRST_DECAY**self.step))
        self.weights -= scratch
