# ruff: noqa: F821
# With sums over named axes, and caches that are dicts.
import numpy as np


# %%
def embed(params, tokens):
    one_hot = np.eye(len(params["tokens"]))[tokens]
    vectors = np.einsum("ntv,vd->ntd", one_hot, params["tokens"])
    return vectors + params["positions"][np.arange(tokens.shape[1])]


# %%
def embed_backward(dout, params, tokens):
    one_hot = np.eye(len(params["tokens"]))[tokens]
    positions = np.zeros(params["positions"].shape)
    for t in range(tokens.shape[1]):
        positions[t] = dout[:, t].sum(axis=0)
    return {"positions": positions, "tokens": np.einsum("ntv,ntd->vd", one_hot, dout)}


# %%
def layer_norm(params, x):
    sigma = np.sqrt(x.var(axis=2) + 1e-5)[:, :, None]
    hat = (x - x.mean(axis=2)[:, :, None]) / sigma
    return hat * params["gain"] + params["shift"], {"hat": hat, "sigma": sigma}


# %%
def layer_norm_backward(dout, params, cache):
    hat, sigma, d = cache["hat"], cache["sigma"], dout.shape[-1]
    g = np.einsum("ntd,d->ntd", dout, params["gain"])
    sums = d * g - g.sum(axis=2)[..., None] - hat * np.einsum("ntd,ntd->nt", g, hat)[..., None]
    by = {"gain": np.einsum("ntd,ntd->d", dout, hat), "shift": np.einsum("ntd->d", dout)}
    return sums / (d * sigma), by


# %%
def attention(q, k, v):
    scores = np.einsum("nhid,nhjd->nhij", q, k) * q.shape[3] ** -0.5
    scores = scores + np.triu(np.full((q.shape[2], q.shape[2]), -1e30), 1)
    powers = np.exp(scores - scores.max(axis=3, keepdims=True))
    p = powers / powers.sum(axis=3, keepdims=True)
    return np.einsum("nhij,nhjd->nhid", p, v), {"p": p, "q": q, "k": k, "v": v}


# %%
def attention_backward(dout, cache):
    p, q, k = cache["p"], cache["q"], cache["k"]
    by_p = np.einsum("nhid,nhjd->nhij", dout, cache["v"])
    by_s = p * by_p - p * np.einsum("nhij,nhij->nhi", p, by_p)[..., None]
    by_s = by_s * q.shape[3] ** -0.5
    dq = np.einsum("nhij,nhjd->nhid", by_s, k)
    dk = np.einsum("nhij,nhid->nhjd", by_s, q)
    return dq, dk, np.einsum("nhij,nhid->nhjd", p, dout)


# %%
def mlp(params, x):
    z = np.einsum("ntd,dh->nth", x, params["W1"]) + params["b1"]
    return np.einsum("nth,hd->ntd", gelu(z), params["W2"]) + params["b2"], {"x": x, "z": z}


# %%
def mlp_backward(dout, params, cache):
    x, z = cache["x"], cache["z"]
    by_z = np.einsum("ntd,hd->nth", dout, params["W2"]) * gelu_slope(z)
    by = {
        "W1": np.einsum("ntd,nth->dh", x, by_z),
        "b1": np.einsum("nth->h", by_z),
        "W2": np.einsum("nth,ntd->hd", gelu(z), dout),
        "b2": np.einsum("ntd->d", dout),
    }
    return by_z @ params["W1"].T, by


# %%
def cross_entropy(logits, labels):
    wanted = labels[..., None] == np.arange(logits.shape[-1])
    return -np.sum(log_softmax(logits)[wanted]) / wanted.sum()


# %%
def cross_entropy_gradient(logits, labels):
    wanted = (labels[..., None] == np.arange(logits.shape[-1])).astype(float)
    asked = wanted.sum(axis=-1, keepdims=True)
    return (softmax(logits) * asked - wanted) / asked.sum()
