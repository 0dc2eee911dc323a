"""Cache what sessions share: the only st.cache_* uses, with small keys and bounds."""

from app.cached.compare import comparison
from app.cached.deploy import basis, detector, reopened
from app.cached.landscape import (
    best_found,
    choice,
    exact_landscapes,
    landscape,
    left_out,
    tuning_data,
    unpruned_landscapes,
)
from app.cached.learn import carried, separation, subjects, toy, toy_unpruned
from app.cached.pictures import example, examples, image, upload
from app.cached.prepared import (
    experiments,
    headline,
    position,
    position_figures,
    preparation,
    ready,
    restart,
    understood,
    unpruned,
    unpruned_figures,
)

__all__ = [
    "basis",
    "best_found",
    "carried",
    "choice",
    "comparison",
    "detector",
    "exact_landscapes",
    "example",
    "examples",
    "experiments",
    "headline",
    "image",
    "landscape",
    "left_out",
    "position",
    "position_figures",
    "preparation",
    "ready",
    "reopened",
    "restart",
    "separation",
    "subjects",
    "toy",
    "toy_unpruned",
    "tuning_data",
    "understood",
    "unpruned",
    "unpruned_figures",
    "unpruned_landscapes",
    "upload",
]
