"""Sources of classifiers and images: one small file for each.

A source is a frozen dataclass whose fields are the keys of its table in an experiment file. `tables` reads
the table, `base` says what each source can do, `place` knows which file it stands in.
"""
