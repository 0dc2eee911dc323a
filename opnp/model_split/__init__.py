"""Take the linear head off a model of any make, or explain why that cannot be done."""
