"""With the slopes in tuples, instead of functions that push."""

from math import tanh


class Value:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            return Value(self.data * other, ((self, other),))
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def __pow__(self, n):
        return Value(self.data**n, ((self, n * self.data ** (n - 1)),))

    def __sub__(self, other):
        minus = -other.data if isinstance(other, Value) else -other
        edges = ((self, 1.0), (other, -1.0)) if isinstance(other, Value) else ((self, 1.0),)
        return Value(self.data + minus, edges)

    def __truediv__(self, other):
        ratio = self.data / other.data
        return Value(ratio, ((self, 1.0 / other.data), (other, -ratio / other.data)))

    def relu(self):
        return Value(self.data, ((self, 1.0),)) if self.data > 0 else Value(0.0, ((self, 0.0),))

    def tanh(self):
        t = tanh(self.data)
        return Value(t, ((self, 1.0 - t * t),))

    def backward(self):
        waiting = {}
        todo = [self]
        reached = {id(self)}
        while todo:
            for parent, _ in todo.pop().edges:
                waiting[id(parent)] = waiting.get(id(parent), 0) + 1
                if id(parent) not in reached:
                    reached.add(id(parent))
                    todo.append(parent)
        self.grad, ready = 1.0, [self]
        while ready:
            value = ready.pop()
            for parent, slope in value.edges:
                parent.grad += slope * value.grad
                waiting[id(parent)] -= 1
                if not waiting[id(parent)]:
                    ready.append(parent)


def neuron(weights, inputs, bias):
    products = [w * x for w, x in zip(weights, inputs)]
    for each in products:
        bias = each + bias
    return bias.tanh() * bias
