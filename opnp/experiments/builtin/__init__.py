"""The experiment that comes with the package: a small Fashion-MNIST classifier, its data and OOD sets."""
