# ruff: noqa: F811, F821
# Wrong answers to the scalar that knows its derivatives, one per cell: see benchmarks/answers.py.

import math

# %% sum-overwrites | Value.__add__
# the derivatives are assigned, so that a value that is used twice loses one
# named Value.__add__: autodiff.py, line 34, `self.grad = result.grad`: `=` overwrites what was in `self.grad`; `+=` adds to it: write `self.grad += result.grad`. With this change alone total(...)["x"] is right on the visible instances, and the rest is not yet. It is 0.5 times the expected value.


class Value:
    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        result = Value(self.data + other.data, (self, other))

        def back():
            self.grad = result.grad
            other.grad = result.grad

        result.push = back
        return result


# %% sum-subtracts | Value.__add__
# other gets the derivative with a minus sign, as in a difference
# named Value.__add__: In `other.grad`: it is subtracted, and should be added.


class Value:
    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        result = Value(self.data + other.data, (self, other))

        def back():
            self.grad += result.grad
            other.grad -= result.grad

        result.push = back
        return result


# %% sum-for-the-first-only | Value.__add__
# only self gets a derivative
# named Value.__add__: In `other.grad`: the step to `other.grad` is missing.


class Value:
    def __add__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data + o.data, (self, o))

        def _backward():
            self.grad = self.grad + r.grad

        r.push = _backward
        return r


# %% sum-has-a-slope | Value.__add__
# the derivatives are multiplied by the numbers, as in a product


class Value:
    def __add__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data + o.data, (self, o))

        def _backward():
            self.grad += self.data * r.grad
            o.grad += o.data * r.grad

        r.push = _backward
        return r


# %% sum-without-parents | Value.__add__
# the result does not know what it was computed from
# named Value.__add__: Your total(...)["x"] is 0 everywhere, on every instance.


class Value:
    def __add__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data + o.data)

        def _backward():
            self.grad += r.grad
            o.grad += r.grad

        r.push = _backward
        return r


# %% own-factor | Value.__mul__
# each factor gets itself, not the other factor


class Value:
    def __mul__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data * o.data, (self, o))

        def _backward():
            self.grad += self.data * r.grad
            o.grad += o.data * r.grad

        r.push = _backward
        return r


# %% product-overwrites | Value.__mul__
# the derivatives are assigned, so that a value that is used twice loses one
# named Value.__mul__: In `self.grad`: the earlier value is overwritten, and should be added to. In `other.grad`: the earlier value is overwritten, and should be added to.


class Value:
    def __mul__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data * o.data, (self, o))

        def _backward():
            self.grad = o.data * r.grad
            o.grad = self.data * r.grad

        r.push = _backward
        return r


# %% product-not-chained | Value.__mul__
# the derivative of the result is left out
# named Value.__mul__: In `self.grad`: a factor is missing. In `other.grad`: a factor is missing.


class Value:
    def __mul__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data * o.data, (self, o))

        def _backward():
            self.grad += o.data
            o.grad += self.data

        r.push = _backward
        return r


# %% product-as-a-sum | Value.__mul__
# the derivative of the result is passed on as it is, as in a sum
# named Value.__mul__: Your product(...)["x"] is 2 everywhere, on every instance.


class Value:
    def __mul__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data * o.data, (self, o))

        def _backward():
            for each in (self, o):
                each.grad += r.grad

        r.push = _backward
        return r


# %% product-with-the-result | Value.__mul__
# the number of the result stands where its derivative has to be


class Value:
    def __mul__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data * o.data, (self, o))

        def _backward():
            self.grad += o.data * r.data
            o.grad += self.data * r.data

        r.push = _backward
        return r


# %% power-without-exponent | Value.__pow__
# the exponent is missing from the derivative
# named Value.__pow__: In `self.grad`: the factor `exponent` is missing.


class Value:
    def __pow__(self, n):
        r = Value(math.pow(self.data, n), (self,))

        def _backward():
            self.grad += math.pow(self.data, n - 1) * r.grad

        r.push = _backward
        return r


# %% power-not-lowered | Value.__pow__
# the exponent is not lowered by one
# named Value.__pow__: In `self.grad`: the term 1 is missing.


class Value:
    def __pow__(self, n):
        r = Value(self.data**n, (self,))

        def _backward():
            self.grad += n * self.data**n * r.grad

        r.push = _backward
        return r


# %% power-of-the-result | Value.__pow__
# the derivative takes the power's value as its base
# named Value.__pow__: autodiff.py, line 56, `self.grad += n * r.data ** (n - 1) * r.grad`: `r.data` is that of another object than is meant: write `self.data`. With this change alone everything on the visible instances is right.


class Value:
    def __pow__(self, n):
        r = Value(self.data**n, (self,))

        def _backward():
            self.grad += n * r.data ** (n - 1) * r.grad

        r.push = _backward
        return r


# %% power-as-an-exponential | Value.__pow__
# the derivative of an exponential: the value times a logarithm


class Value:
    def __pow__(self, n):
        r = Value(self.data**n, (self,))

        def _backward():
            self.grad += r.data * math.log(abs(self.data)) * r.grad

        r.push = _backward
        return r


# %% square-always | Value.__pow__
# the derivative is that of a square, whatever the exponent
# named Value.__pow__: In `self.grad`: the factor `exponent` is missing. In `self.grad`: the power is missing. In `self.grad`: the final value is twice what it should be.
# untrue Value.__pow__: In `self.grad`: the factor `exponent` is missing. In `self.grad`: it is multiplied by the exponent in the place of raised to it.


class Value:
    def __pow__(self, n):
        r = Value(self.data**n, (self,))

        def _backward():
            self.grad += 2 * self.data * r.grad

        r.push = _backward
        return r


# %% slope-everywhere | Value.relu
# the derivative is passed on below 0 too
# named Value.relu: In `self.grad`: the factor with `self.data` is missing.


class Value:
    def relu(self):
        r = Value(self.data if self.data > 0 else 0.0, (self,))

        def _backward():
            self.grad += r.grad

        r.push = _backward
        return r


# %% slope-is-the-value | Value.relu
# the derivative is multiplied by the value of the ReLU


class Value:
    def relu(self):
        r = Value(max(self.data, 0), (self,))

        def _backward():
            self.grad += r.data * r.grad

        r.push = _backward
        return r


# %% absolute-value | Value.relu
# negative numbers change their sign


class Value:
    def relu(self):
        r = Value(abs(self.data), (self,))

        def _backward():
            self.grad += (1 if self.data > 0 else -1) * r.grad

        r.push = _backward
        return r


# %% leaky | Value.relu
# a leaky ReLU: a hundredth below 0


class Value:
    def relu(self):
        r = Value(self.data if self.data > 0 else 0.01 * self.data, (self,))

        def _backward():
            self.grad += (1.0 if self.data > 0 else 0.01) * r.grad

        r.push = _backward
        return r


# %% tanh-of-the-argument | Value.tanh
# 1 - x ** 2: the argument stands where the value of tanh has to be


class Value:
    def tanh(self):
        t = math.tanh(self.data)
        r = Value(t, (self,))

        def _backward():
            self.grad += (1 - self.data * self.data) * r.grad

        r.push = _backward
        return r


# %% tanh-not-squared | Value.tanh
# the slope is 1 - t, without the square
# named Value.tanh: In `self.grad`: the square is missing.


class Value:
    def tanh(self):
        t = (math.exp(2 * self.data) - 1) / (math.exp(2 * self.data) + 1)
        r = Value(t, (self,))

        def _backward():
            self.grad += (1 - t) * r.grad

        r.push = _backward
        return r


# %% tanh-with-a-sigmoid-slope | Value.tanh
# t (1 - t), the slope of the logistic function
# named Value.tanh: In `self.grad`: the slope of the logistic function, a (1 - a), is used instead of that of tanh.


class Value:
    def tanh(self):
        t = math.tanh(self.data)
        r = Value(t, (self,))

        def _backward():
            self.grad += t * (1 - t) * r.grad

        r.push = _backward
        return r


# %% tanh-twice | Value.tanh
# tanh is applied to its value once more in the slope
# named Value.tanh: autodiff.py, line 76, `self.grad += (1 - math.tanh(r.data) ** 2) * r.grad`: `r.data` is that of another object than is meant: write `self.data`. With this change alone everything on the visible instances is right.


class Value:
    def tanh(self):
        r = Value(math.tanh(self.data), (self,))

        def _backward():
            self.grad += (1 - math.tanh(r.data) ** 2) * r.grad

        r.push = _backward
        return r


# %% reversed-difference | Value.__sub__
# other minus self


class Value:
    def __sub__(self, other):
        return (self * -1) + other


# %% difference-with-a-positive-slope | Value.__sub__
# other gets the derivative with a positive sign
# named Value.__sub__: Your difference(...)["y"] is 1 everywhere, on every instance. It has the opposite sign.


class Value:
    def __sub__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data - o.data, (self, o))

        def _backward():
            self.grad += r.grad
            o.grad += r.grad

        r.push = _backward
        return r


# %% upside-down | Value.__truediv__
# other divided by self


class Value:
    def __truediv__(self, other):
        return other * self**-1


# %% quotient-with-a-positive-slope | Value.__truediv__
# the minus of the derivative by the denominator is missing


class Value:
    def __truediv__(self, other):
        r = Value(self.data / other.data, (self, other))

        def _backward():
            self.grad += r.grad / other.data
            other.grad += self.data / other.data**2 * r.grad

        r.push = _backward
        return r


# %% no-gate | neuron
# tanh(z) is returned, without the factor z
# named neuron: In `output(...)`: a factor is missing.


def neuron(weights, inputs, bias):
    z = bias
    for i in range(len(weights)):
        z = z + weights[i] * inputs[i]
    return z.tanh()


# %% bias-after-the-gate | neuron
# the bias is added to the gated sum


def neuron(weights, inputs, bias):
    z = weights[0] * inputs[0]
    for w, x in zip(weights[1:], inputs[1:]):
        z = z + w * x
    return z * z.tanh() + bias


# %% pushed-along-every-path | Value.backward
# a value that is used twice pushes twice: it is not remembered who has pushed


class Value:
    def backward(self):
        self.grad = 1.0
        todo = [self]
        while todo:
            value = todo.pop()
            value.push()
            todo.extend(value.parents)


# %% reused-slope-and-overwriting | Value.__mul__
# each factor gets itself, and the derivatives are assigned


class Value:
    def __mul__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data * o.data, (self, o))

        def _backward():
            self.grad = self.data * r.grad
            o.grad = o.data * r.grad

        r.push = _backward
        return r


# %% exponent-missing-and-not-lowered | Value.__pow__
# the exponent is missing from the derivative, and is not lowered by one
# named Value.__pow__: In `self.grad`: the factor `exponent` is missing. In `self.grad`: the term 1 is missing.


class Value:
    def __pow__(self, n):
        r = Value(self.data**n, (self,))

        def _backward():
            self.grad += self.data**n * r.grad

        r.push = _backward
        return r


# %% tanh-not-squared-and-not-chained | Value.tanh
# the slope is 1 - t, and the derivative of the result is left out


class Value:
    def tanh(self):
        r = Value(math.tanh(self.data), (self,))

        def _backward():
            self.grad += 1 - r.data

        r.push = _backward
        return r


# %% no-start-and-no-order | Value.backward
# the derivative of self is not set to 1, and values push each time they are reached
# named Value.backward: Your slopes(...)["w"] is 0 everywhere, on every instance.


class Value:
    def backward(self):
        self.push()
        for p in self.parents:
            p.backward()


# %% no-bias-and-no-gate | neuron
# the bias is left out, and the gate too


def neuron(weights, inputs, bias):
    z = bias * 0
    for w, x in zip(weights, inputs):
        z = z + w * x
    return z.tanh()


# %% overwriting-in-both | Value.__add__, Value.__mul__
# sums and products assign the derivatives
# named Value.__add__: autodiff.py, line 33, `self.grad = r.grad`: `=` overwrites what was in `self.grad`; `+=` adds to it: write `self.grad += r.grad`. With this change alone total(...)["x"] is right on the visible instances, and the rest is not yet. It is 0.5 times the expected value.
# named Value.__mul__: In `self.grad`: the earlier value is overwritten, and should be added to. In `other.grad`: the earlier value is overwritten, and should be added to.


class Value:
    def __add__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data + o.data, (self, o))

        def _backward():
            self.grad = r.grad
            o.grad = r.grad

        r.push = _backward
        return r

    def __mul__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data * o.data, (self, o))

        def _backward():
            self.grad = o.data * r.grad
            o.grad = self.data * r.grad

        r.push = _backward
        return r


# %% slopes-of-values | Value.relu, Value.tanh
# ReLU passes everything on, and tanh has 1 - x ** 2
# named Value.tanh: autodiff.py, line 75, `self.grad += (1 - self.data**2) * r.grad`: `self.data` is that of another object than is meant: write `r.data`. With this change alone everything on the visible instances is right.


class Value:
    def relu(self):
        r = Value(max(0.0, self.data), (self,))

        def _backward():
            self.grad += r.grad

        r.push = _backward
        return r

    def tanh(self):
        r = Value(math.tanh(self.data), (self,))

        def _backward():
            self.grad += (1 - self.data**2) * r.grad

        r.push = _backward
        return r


# %% exchanged-operands | Value.__sub__, Value.__truediv__
# other minus self, and other divided by self
# untrue Value.__sub__: autodiff.py, line 83, `return other + self * -1`: this is computed as `other + (self * -1)`: `*` before `+`. The brackets belong elsewhere: write `(other + self) * -1`. With this change alone difference(...)["y"] is right on the visible instances, and the rest is not yet. It has the opposite sign.


class Value:
    def __sub__(self, other):
        return other + self * -1

    def __truediv__(self, other):
        return self**-1 * other


# %% power-and-gate | Value.__pow__, neuron
# the exponent is missing from the derivative of a power; the neuron has no gate
# named Value.__pow__: In `self.grad`: the factor `exponent` is missing.
# named neuron: In `output(...)`: a factor is missing.


class Value:
    def __pow__(self, n):
        r = Value(self.data**n, (self,))

        def _backward():
            self.grad += self.data ** (n - 1) * r.grad

        r.push = _backward
        return r


def neuron(weights, inputs, bias):
    z = bias
    for w, x in zip(weights, inputs):
        z = z + w * x
    return z.tanh()


# %% own-factor-and-breadth-first | Value.__mul__, Value.backward
# each factor gets itself; backward pushes breadth first, before all that is computed from a value has


class Value:
    def __mul__(self, other):
        o = other if isinstance(other, Value) else Value(other)
        r = Value(self.data * o.data, (self, o))

        def _backward():
            self.grad += self.data * r.grad
            o.grad += o.data * r.grad

        r.push = _backward
        return r

    def backward(self):
        self.grad = 1.0
        queue, seen = [self], {self}
        while queue:
            value = queue.pop(0)
            value.push()
            for p in value.parents:
                if p not in seen:
                    seen.add(p)
                    queue.append(p)
