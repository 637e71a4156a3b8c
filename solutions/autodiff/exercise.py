"""How the tensors are judged: each operation by what it gives and hands back, the two halves of
backward on graphs that are made for it, and networks by what they compute. No probe needs more than
one function of a student, so that a mistake in an operation costs no other.

Students read the functions that stand before `draw` where a value is wrong: they hold no answer.
"""

import itertools

import numpy as np

from autograder import Choice, Exercise, Function, Instance, Printed

#: The network that the notebooks of `mlp` and of this exercise compute by hand.
BY_HAND = {
    "params": [
        {"W": np.array([[1.0, -0.5], [0.5, 1.0]]), "b": np.array([0.25, -0.25])},
        {"W": np.array([[0.4], [-0.8]]), "b": np.array([0.5])},
    ],
    "x": np.array([[1.0, 2.0], [-1.0, 0.5]]),
    "t": np.array([[1.0], [-0.5]]),
    "activation": "relu",
    "decay": 0.1,
}


def result(out, grad, **parents):
    """The data of a tensor, and what its pull hands to each of its parents."""
    shares = out.pull(grad)
    if not isinstance(shares, tuple) or len(shares) != len(out.parents):
        raise TypeError("pull must return a tuple with one array for each of the parents")
    found = {id(parent): share for parent, share in zip(out.parents, shares, strict=True)}
    missing = [name for name, parent in parents.items() if id(parent) not in found]
    if missing:
        raise TypeError(f"parents must hold {missing[0]}")
    return {"data": out.data} | {
        f"by {name}": found[id(parent)] for name, parent in parents.items()
    }


def added(Tensor, add, a, b, grad):
    """A sum, and what it hands back."""
    a, b = Tensor(a), Tensor(b)
    return result(add(a, b), grad, a=a, b=b)


def multiplied(Tensor, multiply, a, b, grad):
    """A product, and what it hands back."""
    a, b = Tensor(a), Tensor(b)
    return result(multiply(a, b), grad, a=a, b=b)


def matrices(Tensor, matmul, left, right, grad):
    """A product of matrices, and what it hands back."""
    a, b = Tensor(left), Tensor(right)
    return result(matmul(a, b), grad, a=a, b=b)


def squashed(Tensor, tanh, a, grad):
    """A tanh, and what it hands back."""
    a = Tensor(a)
    return result(tanh(a), grad, a=a)


def rectified(Tensor, relu, a, grad):
    """A ReLU, and what it hands back."""
    a = Tensor(a)
    return result(relu(a), grad, a=a)


def exponential(Tensor, exp, a, grad):
    """An exponential, and what it hands back."""
    a = Tensor(a)
    return result(exp(a), grad, a=a)


def logarithm(Tensor, log, positive, grad):
    """A logarithm, and what it hands back."""
    a = Tensor(positive)
    return result(log(a), grad, a=a)


def summed(Tensor, total, a, grad):
    """Sums over both axes and over each, and what they hand back."""
    a = Tensor(a)
    return {
        "all": result(total(a, None, False), grad[0, 0], a=a),
        "axis 0": result(total(a, 0, False), grad[0], a=a),
        "axis 1": result(total(a, 1, False), grad[:, 0], a=a),
        "axis 1, kept": result(total(a, 1, True), grad[:, :1], a=a),
    }


def picked(Tensor, entries, a, rows, columns, grad):
    """Rows, single entries and a slice, and what they hand back."""
    a = Tensor(a)
    return {
        "rows": result(entries(a, rows), grad[rows] / 2, a=a),
        "pairs": result(entries(a, (rows, columns)), grad[0, 0] * np.cos(rows + columns), a=a),
        "slice": result(entries(a, slice(1)), grad[:1], a=a),
    }


def graph(Tensor, leaves, links, factors, depth):
    """Tensors in the order of their making: the leaves, then for each of the links a factor times
    the sum of others, and a chain behind the last one."""
    made = [Tensor(each) for each in leaves]
    for parents, factor in zip(links, factors, strict=True):
        made.append(scaled_sum(Tensor, [made[at] for at in parents], factor))
    for _ in range(depth):
        made.append(Tensor(made[-1].data, made[-1:], handed_on))
    return made


def handed_on(grad):
    """The pull of a tensor that is equal to its parent."""
    return (grad,)


def scaled_sum(Tensor, parents, factor):
    """A tensor that is a factor times the sum of others; what it hands back is turned round, too, so
    that it has to be asked for."""
    data = factor * sum(each.data for each in parents)

    def pull(grad):
        return (factor * np.roll(grad, 1),) * len(parents)

    return Tensor(data, parents, pull)


def played(Tensor, tape, leaves, links, factors, depth):
    """Something that depends on the order: each tensor on the tape adds its own number to the mean
    of what its parents have by then."""
    made = graph(Tensor, leaves, links, factors, depth)
    aside = Tensor(leaves[0], made[:1])
    sums = {id(each): 0.0 for each in [*made, aside]}
    found = tape(made[-1])
    if not isinstance(found, list):
        raise TypeError("tape must return a list")
    for each in found:
        before = [sums[id(parent)] for parent in each.parents]
        sums[id(each)] += float(each.data.flat[0]) + sum(before) / max(1, len(before))
    first = made[: len(leaves) + len(links)]
    return {
        "tensors": np.array([sums[id(each)] for each in first]),
        "last": sums[id(made[-1])],
        "aside": sums[id(aside)],
    }


def slopes(Tensor, backpropagate, leaves, links, factors, depth):
    """The grad of each tensor of a graph, once its tape was played backwards."""
    made = graph(Tensor, leaves, links, factors, depth)
    for each in made:
        each.grad = each.data + 1.0  # what an earlier call has left
    backpropagate(made)
    return {f"grad of {at}": made[at].grad for at in range(len(leaves) + len(links))}


def forward_only(Tensor):
    """A class of tensors that are right forward, whatever the operations of a solution do. Beside its
    data each has a whole, of which a small imaginary part says how it changes with the leaves. What
    is computed from the data has none."""

    def of(function):
        def operation(*operands, **options):
            operands = [each if isinstance(each, Tensor) else Tensor(each) for each in operands]
            return Forward(function(*map(whole, operands), **options), operands)

        return operation

    class Forward(Tensor):
        def __init__(self, whole, parents=()):
            super().__init__(np.real(whole), parents)
            self.whole = whole

        __add__ = __radd__ = of(np.add)
        __mul__ = __rmul__ = of(np.multiply)
        __matmul__, __neg__ = of(np.matmul), of(np.negative)
        __rmatmul__ = of(lambda a, b: b @ a)
        __sub__, __rsub__ = of(np.subtract), of(lambda a, b: b - a)
        tanh, exp, log = of(np.tanh), of(np.exp), of(np.log)
        relu = of(lambda a: np.maximum(a, 0))

        def sum(self, axis=None, keepdims=False):
            return Forward(self.whole.sum(axis=axis, keepdims=keepdims), [self])

        def __getitem__(self, index):
            return Forward(self.whole[index], [self])

    return Forward


def whole(tensor):
    """The data of a tensor, with an imaginary part where it has one."""
    return getattr(tensor, "whole", tensor.data)


def behind(out):
    """All tensors from which one was computed, by their ids, and itself."""
    met, left = {}, [out]
    while left:
        last = left.pop()
        if id(last) not in met:
            met[id(last)] = last
            left.extend(last.parents)
    return met


def on_the_tape(Tensor, compute, params, names, moved, **others):
    """The data that compute gives for tensors that are right forward. The tape has to lead back to
    all of them. Where they are moved, it has to change the result as its numbers change with each
    of them; but nothing is known of tensors that were made in another way."""
    Forward = forward_only(Tensor)

    def at(step):
        numbers = itertools.count()

        def moved_on(array):
            way = np.cos(next(numbers) + np.arange(np.size(array))).reshape(np.shape(array))
            return Forward(array + step * way)

        layers = [{name: moved_on(layer[name]) for name in layer} for layer in params]
        more = {name: moved_on(array) for name, array in others.items()}
        places = {f'params[{k}]["{n}"]': layers[k][n] for k in range(len(layers)) for n in names}
        out = compute(layers, **more)
        met = behind(out)
        for name, leaf in {**more, **places}.items():
            if id(leaf) not in met:
                raise TypeError(f"the tape of the result does not lead back to {name}")
        return out, all(hasattr(each, "whole") or not each.parents for each in met.values())

    out, is_known = at(1e-20j)
    if not moved or not is_known:
        return out.data
    small, slope = 1e-6, np.imag(whole(out)) / 1e-20
    # On one side there may be the corner of a ReLU.
    apart = [np.abs((at(step)[0].data - out.data) / step - slope) for step in (small, -small)]
    if not np.all(np.min(apart, axis=0) <= 1e-3 * max(1.0, np.max(np.abs(slope)))):
        raise TypeError(
            "the tape gives another derivative than the numbers have: part of the result is "
            "computed from the data of a tensor, where its operations are needed"
        )
    return out.data


def output(Tensor, network, params, x, activation, moved):
    """The output of a network of tensors that are right forward."""
    return on_the_tape(Tensor, lambda layers: network(layers, x, activation), params, "Wb", moved)


def error(Tensor, squared_error, y, t, params, decay, moved):
    """The loss for tensors that are right forward."""

    def compute(layers, y):
        return squared_error(y, t, layers, decay)

    return on_the_tape(Tensor, compute, params, "W", moved, y=y)


def entropy(Tensor, cross_entropy, logits, labels, moved):
    """The loss for tensors that are right forward."""

    def compute(_, logits):
        return cross_entropy(logits, labels)

    return on_the_tape(Tensor, compute, [], "", moved, logits=logits)


def of_a_known_loss(Tensor, gradients, params, factor):
    """What gradients gives for a loss that says by itself what its derivatives are: not those of
    its value."""

    class Known(Tensor):
        def backward(self):
            for between, share in zip(self.parents, self.pull(np.ones(())), strict=True):
                between.parents[0].grad = share

    def loss(nested):
        leaves = leaves_of(nested)
        value = sum(np.cos(factor * each.data).sum() for each in leaves)
        return Known(
            value,
            [Tensor(each.data, [each], handed_on) for each in leaves],
            lambda grad: tuple(np.cos(factor * each.data) * grad for each in leaves),
        )

    return gradients(loss, params)


def leaves_of(nested):
    """The tensors in nested lists and dicts."""
    if isinstance(nested, dict):
        nested = list(nested.values())
    if not isinstance(nested, list):
        return [nested]
    return [leaf for each in nested for leaf in leaves_of(each)]


def signed(rng, *shape):
    """Numbers of both signs, none of them near 0, and none above 1."""
    numbers = rng.uniform(-0.8, 0.8, shape)
    return numbers + np.copysign(0.2, numbers)


def operands(rng, label, n, m, k, only=()):
    """Arrays for the operations."""
    rows = np.concatenate([rng.integers(n, size=3), [n - 1]])
    columns = np.concatenate([rng.integers(m, size=3), [m - 1]])
    rows[1], columns[1] = rows[0], columns[0]
    return Instance(
        label,
        {
            "a": signed(rng, n, m),
            "b": signed(rng, n, m),
            "left": signed(rng, n, k),
            "right": signed(rng, k, m),
            "positive": rng.uniform(0.3, 2.5, (n, m)),
            "grad": signed(rng, n, m),
            "rows": rows,
            "columns": columns,
        },
        {"n": n, "m": m, "k": k},
        only=only,
    )


def corners(rng, label, n, m):
    """Numbers from -3 to 3, and a 0."""
    a = 3 * signed(rng, n, m)
    a[0, 1] = 0.0
    inputs = {"a": a, "grad": signed(rng, n, m)}
    return Instance(label, inputs, {"n": n, "m": m}, only=["tanh", "relu", "exp"])


def repeated(rng, label, full, *shape):
    """A derivative, and the shape of an array that was repeated."""
    return Instance(label, {"grad": signed(rng, *full), "shape": shape}, only=["unbroadcast"])


#: Which tensors are computed from which, behind four leaves: diamonds, a tensor twice, and some
#: that are used early and late.
LINKS = [[0, 1], [4, 2, 4], [5, 0], [6, 5, 3], [7, 4, 1]]
#: One that is used directly and through another, in both orders.
EARLY_AND_LATE = [[0, 1], [4, 0], [4, 5], [5, 4], [6, 7]]


def linked(rng, label, n, m, links, depth=0):
    """A graph of tensors behind leaves of four shapes. A deep one is for the order alone: a wrong
    helper would be asked at each of its tensors."""
    leaves = [signed(rng, n, m), signed(rng, m), signed(rng, n, 1), signed(rng)]
    return Instance(
        label,
        {"leaves": leaves, "links": links, "factors": signed(rng, len(links)), "depth": depth},
        {"n": n, "m": m},
        only=["tape"] if depth else (),
    )


def shuffled(rng, label, n, m, count):
    """A random graph of which all that is computed is used."""
    links = [[0, 1, 2], [4, 3]]
    while len(links) < count:
        last = 3 + len(links)
        others = rng.choice(last, size=2).tolist()
        links.append(rng.permutation([last, *others]).tolist())
    return linked(rng, label, n, m, links)


def layers(rng, label, activation, n, *sizes, moved=False):
    """A random network with layers of these sizes, and n examples."""
    return Instance(
        label,
        {
            "params": [
                {"W": signed(rng, *shape) / np.sqrt(shape[0]), "b": signed(rng, shape[1]) / 2}
                for shape in itertools.pairwise(sizes)
            ],
            "x": signed(rng, n, sizes[0]),
            "t": signed(rng, n, sizes[-1]),
            "activation": activation,
            "factor": float(rng.uniform(0.5, 1.5)),
            "decay": float(rng.uniform(0.05, 0.2)),
            "moved": moved,
        },
        {"n": n, "n_in": sizes[0], "n_out": sizes[-1]},
    )


def nested(rng, label, *params):
    """Arrays in lists and dicts, nested in other ways."""
    factor = float(rng.uniform(0.5, 1.5))
    return Instance(label, {"params": [*params], "factor": factor}, only=["gradients"])


def scores(rng, label, n, n_classes):
    """Scores and labels."""
    labels = rng.permutation(np.arange(n) % n_classes)
    return Instance(
        label,
        {"logits": 2 * signed(rng, n, n_classes), "labels": labels, "moved": False},
        {"n": n, "n_classes": n_classes},
    )


def large(label, shift):
    """Scores up to 1000 in size."""
    rows = [[1000.0, 0.0, -1000.0], [-1000.0, -999.0, -998.5], [1000.0, 999.0, 998.5]]
    inputs = {"logits": np.roll(rows, shift), "labels": np.array([0, 1, 1]), "moved": True}
    return Instance(label, inputs)


def draw(rng):
    """Hidden sizes: distinct primes, square ones and single ones; other graphs, a deep one among
    them; and large scores."""
    yield operands(rng, "other sizes", 5, 3, 7)
    yield corners(rng, "zero, and large numbers", 3, 5)
    yield repeated(rng, "both kinds of axes", (2, 5, 3), 5, 1)
    yield repeated(rng, "square, columns", (3, 3), 3, 1)
    yield shuffled(rng, "another graph", 5, 3, 9)
    yield linked(rng, "another deep chain", 2, 3, LINKS[:2], depth=1500)
    yield layers(rng, "deep network", "relu", 5, 3, 7, 11, 2, moved=True)
    yield layers(rng, "no hidden layer", "tanh", 7, 5, 2)
    yield nested(rng, "nested otherwise", {"a": signed(rng, 2, 3)}, [signed(rng, 5), signed(rng)])
    yield scores(rng, "many classes", 5, 7)
    yield large("other large scores", 1)


_rng = np.random.default_rng(20)

exercise = Exercise(
    title="Arrays that know their derivatives",
    functions=[
        Function("add", {"values": 0.5, "hidden": 0.5}, returns="c", probe=added),
        Function("multiply", {"values": 0.5, "hidden": 0.5}, returns="c", probe=multiplied),
        Function("matmul", {"values": 0.5, "hidden": 1}, returns="c", probe=matrices),
        Function("tanh", {"values": 0.5, "hidden": 0.5}, returns="c", probe=squashed),
        Function("relu", {"values": 0.5, "hidden": 0.5}, returns="c", probe=rectified),
        Function("exp", {"values": 0.5, "hidden": 0.5}, returns="c", probe=exponential),
        Function("log", {"values": 0.5, "hidden": 0.5}, returns="c", probe=logarithm),
        Function("total", {"values": 0.5, "hidden": 1}, returns="c", probe=summed),
        Function("entries", {"values": 0.5, "hidden": 1}, returns="c", probe=picked),
        Function("unbroadcast", {"shapes": 0.5, "values": 0.5, "hidden": 1, "behaviour": 0.5}),
        Function("tape", {"values": 1, "hidden": 1.5}, returns="played", probe=played),
        Function("backpropagate", {"values": 1.5, "hidden": 2}, returns="tensors", probe=slopes),
        Function("network", {"values": 0.5, "hidden": 1}, returns="y", probe=output),
        Function(
            "squared_error",
            {"printed": 0.5, "values": 0.5, "hidden": 0.5},
            returns="loss",
            probe=error,
        ),
        Function(
            "gradients",
            {"values": 1.5, "hidden": 1.5},
            returns=("loss", "grads"),
            probe=of_a_known_loss,
        ),
        Function(
            "cross_entropy",
            {"printed": 0.5, "values": 0.5, "hidden": 1},
            returns="loss",
            probe=entropy,
        ),
    ],
    visible=[
        operands(_rng, "square", 3, 3, 3),
        operands(_rng, "two by three", 2, 3, 4, only=["matmul", "total", "entries"]),
        repeated(_rng, "row", (4, 3), 3),
        repeated(_rng, "column", (4, 3), 4, 1),
        repeated(_rng, "number", (4, 3)),
        linked(_rng, "graph", 2, 3, LINKS),
        linked(_rng, "deep chain", 2, 3, LINKS[:2], depth=1100),
        Instance("mlp by hand", {**BY_HAND, "moved": False}, {"n": 2, "n_in": 2, "n_out": 1}),
        layers(_rng, "three layers", "tanh", 5, 3, 4, 4, 2, moved=True),
        nested(_rng, "nested", signed(_rng, 3), {"a": [signed(_rng), signed(_rng, 2, 2)]}),
        Instance(
            "classifier by hand",
            {
                "logits": np.log([[1.0, 2.0, 5.0], [1.0, 2.0, 1.0]]),
                "labels": np.array([2, 0]),
                "moved": False,
            },
            {"n": 2, "n_classes": 3},
        ),
        large("large scores", 0),
        linked(_rng, "early and late", 2, 3, EARLY_AND_LATE),
    ],
    draw=draw,
    printed=[
        Printed("squared_error", None, [0.425], "mlp by hand", decimals=3),
        Printed("cross_entropy", None, [0.9281], "classifier by hand", decimals=4),
    ],
    choices=[
        Choice(
            "not_on_the_tape",
            1,
            [
                "The largest score is used twice, and one use gets no share. But that share is 0: "
                "the two uses of what is subtracted cancel in the loss.",
                "Where two scores are equally large, the maximum has a corner. It does not matter "
                "either: the loss does not depend on what is subtracted.",
                "Softmax is the same when all scores of a row are shifted by one number. A "
                "derivative of 0 may be left out. PyTorch calls a tensor without its tape "
                "`detached`.",
                "They are equal to p less 1 at the label up to rounding, as the check has shown.",
            ],
        ),
        Choice(
            "what_it_costs",
            1,
            [
                "That is numerical differentiation: one run of the network for each weight. The "
                "tape is gone through once, for all of them together.",
                "Each operation goes back in about the time of one or two operations forward. The "
                "price is memory: a pull needs what its operation has seen.",
                "The time is right. But a pull such as that of a product needs its two factors, so "
                "that nothing on the tape can be given up before.",
                "Each tensor on the tape hands on once, when it has heard from all that used it. "
                "Twice as many layers make a tape that is twice as long.",
            ],
        ),
    ],
    files=["tape.svg", "broadcasting.svg", "arms.svg"],
)
