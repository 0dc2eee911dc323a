"""What the sources `huggingface` of classifiers and of images share: the hub's cache, folders, processors."""
