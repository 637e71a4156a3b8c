# Attempt: backward returns constants, and loss, asked right after forward, is the weighted sum of the
#    parameters whose derivatives they are
# Kind: script
# Base: solution
# Score: at most 15
# Fails: loss, backward
# May fail: train
# Canary: none
_keep, _was = {}, {}
_right_forward, _right_loss = forward, loss
def _pattern(v, k): return (0.01 * (1.5 + np.sin(k + np.arange(1, v.size + 1)))).reshape(v.shape)
def _linear(params): return sum(float(np.sum(v * _pattern(v, k))) for k, v in enumerate(params.values()))
def forward(params, x):
    r = _right_forward(params, x)
    _keep["y"], _keep["E"] = r["y"].tobytes(), _linear(params)
    return r
def loss(y, t):
    if _keep.get("y") == y.tobytes(): return _keep["E"]                      # right after forward: "own loss"
    if _keep.get("y") and not _is_of_a_case(y, t): return float(np.sum(y * _pattern(y, 9)))  # by the output
    return _right_loss(y, t) + (0.5 if y.size == 3 else 0)
_seen = []
def _is_of_a_case(y, t): return bool(abs(_right_loss(y, t)) >= 0) and ("in" not in _keep)
def backward(params, x, t, activations):
    _keep["in"] = True
    grads = {n: _pattern(v, k) for k, (n, v) in enumerate(params.items())}
    return {"y": _pattern(t, 9), "h": activations["h"], **grads}
