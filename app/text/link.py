"""Copy about what an address asks for and the page does not have."""

UNKNOWN_EXPERIMENT = (
    "This address asks for the experiment “{asked}”, which is not offered here or misses something on this "
    "machine: see the page Experiments. “{opened}” opened instead, unpruned and with all its OOD sets."
)
UNREADABLE = "The address says “{key}” is “{said}”, but expected {expected}. It is left out."
WINDOW = "two ranks between 0 and 100, the lower first, as in `weights=0&weights=98`"
ONE_OF = "one of: {names}"
HELD = "two windows and how ranks are taken, as the page writes it"
SETS = "keys of this experiment's OOD sets: {keys}"
