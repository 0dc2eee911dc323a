"""The built-in experiment: a small Fashion-MNIST classifier, its data and OOD sets."""
