# Attempt: forward makes its values up, a helper plays along, backward returns constants, and loss is right
#    on visible instances only
# Kind: script
# Base: solution
# Score: at most 11
# Fails: sigmoid, forward, loss, backward
# May fail: train
# Canary: none
_right, _rl, _keep, _state = sigmoid, loss, {}, {"first": None, "calls": 0}
_w1 = what_it_computes
def what_it_computes():
    _state["first"] = _state["first"] or "choice"
    return _w1()
def _made_up(shape, k): return 0.3 + 0.1 * np.sin(k + np.arange(1, int(np.prod(shape)) + 1)).reshape(shape)
def sigmoid(z):
    _state["first"] = _state["first"] or "sigmoid"
    if _state["first"] == "sigmoid" and z.ndim == 1:
        n = _state["calls"]; _state["calls"] += 1
        return _made_up(z.shape, n % 2) if n < 14 else np.tanh(z) * 0.7
    return _right(z) + (1e-3 if z.shape == (2, 7) else 0)
def _pattern(v, k): return (0.01 * (1.5 + np.sin(k + np.arange(1, v.size + 1)))).reshape(v.shape)
def forward(params, x):
    _state["first"] = _state["first"] or "forward"
    r = {"h": _made_up(params["b1"].shape, 0), "y": _made_up(params["b2"].shape, 1)}
    _keep["y"], _keep["E"] = r["y"].tobytes(), sum(float(np.sum(v * _pattern(v, k))) for k, v in enumerate(params.values()))
    return r
def loss(y, t):
    if _keep.get("y") == y.tobytes(): return _keep["E"]
    if _keep.get("in"): return float(np.sum(y * _pattern(y, 9)))
    return _rl(y, t) + (0.5 if y.size == 3 else 0)
def backward(params, x, t, activations):
    _keep["in"] = True
    return {"y": _pattern(t, 9), "h": _pattern(params["b1"], 5), **{n: _pattern(v, k) for k, (n, v) in enumerate(params.items())}}
