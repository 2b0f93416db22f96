# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes data/awkward.json: scikit-learn's values on data with ties, labels of one class, one label and one row.

Run with a Python that has numpy and scikit-learn: python make_reference.py > data/awkward.json
"""
import json
import warnings

import numpy as np
from sklearn import metrics as M

warnings.filterwarnings("ignore")


def one(rng, rows, labels, share, threshold, ties, empty=(), full=()):
    y = (rng.random((rows, labels)) < share).astype(int)
    for k in empty:
        y[:, k] = 0
    for k in full:
        y[:, k] = 1
    logits = rng.normal(size=(rows, labels)) + y * 0.8
    logits = np.round(logits * 2) / 2 + 0.25 if ties else np.round(logits, 5)
    p = 1 / (1 + np.exp(-logits))
    d = (p >= threshold).astype(int)
    kw = dict(zero_division=0)
    defined = [k for k in range(labels) if 0 < y[:, k].sum() < rows]
    flat = y.ravel()
    out = {
        "y": y.tolist(), "logits": logits.tolist(), "threshold": threshold,
        "jaccard_samples": M.jaccard_score(y, d, average="samples", **kw) if labels > 1 else None,
        "f1_micro": M.f1_score(y, d, average="micro", **kw) if labels > 1 else None,
        "f1_macro": M.f1_score(y, d, average="macro", **kw) if labels > 1 else None,
        "f1_samples": M.f1_score(y, d, average="samples", **kw) if labels > 1 else None,
        "precision_micro": M.precision_score(y, d, average="micro", **kw) if labels > 1 else None,
        "precision_macro": M.precision_score(y, d, average="macro", **kw) if labels > 1 else None,
        "recall_micro": M.recall_score(y, d, average="micro", **kw) if labels > 1 else None,
        "recall_macro": M.recall_score(y, d, average="macro", **kw) if labels > 1 else None,
        "subset_accuracy": M.accuracy_score(y, d),
        "hamming_loss": M.hamming_loss(y, d),
        "roc_auc_micro": M.roc_auc_score(flat, logits.ravel()) if 0 < flat.sum() < flat.size else None,
        "roc_auc_macro_defined_labels": float(np.mean([M.roc_auc_score(y[:, k], logits[:, k]) for k in defined])) if defined else None,
        "roc_auc_defined_labels": len(defined),
        "average_precision_micro": M.average_precision_score(flat, logits.ravel()) if flat.sum() else None,
        "average_precision_macro": float(np.mean([M.average_precision_score(y[:, k], logits[:, k]) for k in range(labels) if y[:, k].sum()]))
        if flat.sum() else None,
    }
    if labels == 1:  # scikit-learn treats one column as a binary task, so only the ranks are comparable
        out = {k: v for k, v in out.items() if v is not None}
    return out


rng = np.random.default_rng(20)
cases = [
    one(rng, 40, 5, 0.3, 0.5, True),
    one(rng, 33, 7, 0.15, 0.35, True, empty=[2, 4]),
    one(rng, 20, 4, 0.6, 0.7, True, empty=[0], full=[3]),
    one(rng, 1, 3, 0.5, 0.5, False),
    one(rng, 25, 1, 0.4, 0.5, True),
    one(rng, 10, 3, 0.5, 0.99, False, empty=[0, 1, 2]),
    one(rng, 12, 3, 0.5, 0.01, False, full=[0, 1, 2]),
    one(rng, 30, 12, 0.1, 0.2, False),
]
print(json.dumps(cases))
