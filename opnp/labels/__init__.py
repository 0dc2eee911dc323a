"""Join the labels of a data set with the classes of a model."""
