"""Takes the linear head off a model of any make, or says why that cannot be done."""
