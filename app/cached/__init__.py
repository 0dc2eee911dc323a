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
from app.cached.learn import sensitivity_totals, separation, subjects, toy, toy_unpruned
from app.cached.monitor import monitored, simulated
from app.cached.pictures import example, examples, image, upload
from app.cached.prepared import (
    experiment_summary,
    experiments,
    headline,
    opened_key,
    position,
    position_figures,
    preparation,
    ready,
    restart,
    unpruned,
    unpruned_figures,
)

__all__ = [
    "basis",
    "best_found",
    "choice",
    "comparison",
    "detector",
    "exact_landscapes",
    "example",
    "examples",
    "experiment_summary",
    "experiments",
    "headline",
    "image",
    "landscape",
    "left_out",
    "monitored",
    "opened_key",
    "position",
    "position_figures",
    "preparation",
    "ready",
    "reopened",
    "restart",
    "sensitivity_totals",
    "separation",
    "simulated",
    "subjects",
    "toy",
    "toy_unpruned",
    "tuning_data",
    "unpruned",
    "unpruned_figures",
    "unpruned_landscapes",
    "upload",
]
