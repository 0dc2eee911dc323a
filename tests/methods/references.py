"""Every score again, from the papers' equations, in numpy, scipy and scikit-learn; higher = more ID.

Nothing of the project is used here, and nothing of pytorch-ood. Everything is float64.
"""

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import log_softmax, logsumexp, rel_entr, softmax
from sklearn.covariance import EmpiricalCovariance


class Reference:
    """The scores of features `z` for a head and training data."""

    def __init__(self, weight, bias, train, labels):
        self.w, self.b = (np.asarray(part, dtype=np.float64) for part in (weight, bias))
        self.train, self.labels = np.asarray(train, dtype=np.float64), np.asarray(labels)

    def f(self, z):
        return z @ self.w.T + self.b

    def energy(self, z):
        return logsumexp(self.f(z), axis=1)

    def msp(self, z):
        return softmax(self.f(z), axis=1).max(axis=1)

    def maxlogit(self, z):
        return self.f(z).max(axis=1)

    def gen(self, z, gamma=0.1, most=100):
        p = np.sort(softmax(self.f(z), axis=1), axis=1)[:, -most:]
        return -np.sum(p**gamma * (1 - p) ** gamma, axis=1)

    def kl(self, z):
        p, q = softmax(self.f(z), axis=1), softmax(self.f(self.train), axis=1)
        typical = [q[q.argmax(axis=1) == k].mean(axis=0) for k in np.unique(q.argmax(axis=1))]
        return -np.min([rel_entr(p, d).sum(axis=1) for d in typical], axis=0)

    def gradnorm(self, z):
        # the gradient written out sample by sample
        said = []
        for row, logits in zip(z, self.f(z), strict=True):
            gradient = np.outer(np.exp(log_softmax(logits)) - 1 / len(logits), row)
            said.append(np.abs(gradient).sum())
        return np.array(said)

    def vim(self, z):
        width = self.w.shape[1]
        d = 1000 if width >= 2000 else 512 if width >= 768 else width // 2
        origin = -np.linalg.pinv(self.w) @ self.b
        _, _, directions = np.linalg.svd(self.train - origin, full_matrices=False)
        rest = directions[d:].T
        residual = np.linalg.norm((self.train - origin) @ rest, axis=1)
        alpha = self.f(self.train).max(axis=1).mean() / residual.mean()
        return self.energy(z) - alpha * np.linalg.norm((z - origin) @ rest, axis=1)

    def knn(self, z, k=50):
        unit, bank = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (z, self.train))
        return -np.partition(cdist(unit, bank), k - 1, axis=1)[:, k - 1]

    def nnguide(self, z, k=10):
        unit, bank = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (z, self.train))
        alike = np.sort(unit @ (bank * self.energy(self.train)[:, None]).T, axis=1)[:, -k:]
        return alike.mean(axis=1) * self.energy(z)

    def _squares(self, z, means, spread):
        precision = EmpiricalCovariance(assume_centered=True).fit(spread).precision_
        return np.min([np.sum((z - mean) @ precision * (z - mean), axis=1) for mean in means], axis=0)

    def mahalanobis(self, z):
        classes = np.unique(self.labels)
        means = [self.train[self.labels == c].mean(axis=0) for c in classes]
        places = np.searchsorted(classes, self.labels)
        return -self._squares(z, means, self.train - np.array(means)[places])

    def rmd(self, z):
        middle = self.train.mean(axis=0)
        return self.mahalanobis(z) + self._squares(z, [middle], self.train - middle)

    def she(self, z):
        right = self.f(self.train).argmax(axis=1) == self.labels
        patterns = [self.train[right & (self.labels == c)].mean(axis=0) for c in range(len(self.w))]
        return np.sum(z * np.array(patterns)[self.f(z).argmax(axis=1)], axis=1)


def react(z, train, percentile=90):
    return np.minimum(z, np.quantile(train, percentile / 100))


def ash(z, variant, percentile):
    kept = z.shape[1] - int(np.round(z.shape[1] * percentile / 100))
    edge = np.sort(z, axis=1)[:, -kept][:, None]
    largest = np.where(z >= edge, z, 0)
    total, rest = z.sum(axis=1, keepdims=True), largest.sum(axis=1, keepdims=True)
    return {
        "ash-p": largest,
        "ash-b": np.where(z >= edge, total / kept, 0),
        "ash-s": largest * np.exp(total / rest),
        "scale": z * np.exp(total / rest),
    }[variant]


def dice(weight, train, percentile=90):
    contribution = weight * train.mean(axis=0)
    return np.where(contribution > np.quantile(contribution, percentile / 100), weight, 0)
