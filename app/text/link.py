"""Copy about addresses that ask for what the page does not have."""

UNKNOWN_EXPERIMENT = (
    "This address asks for the experiment “{asked}”, which is not offered here or misses something on this "
    "machine: see the page Experiments. “{opened}” opened instead, unpruned and with all its OOD sets."
)
UNREADABLE = (
    "The address says “{key}” is “{values}”, but expected {expected}. It is left out: the page shows {used}."
)
INSTEAD = {
    "weights": "all weights kept",
    "neurons": "all neurons kept",
    "scope": "global ranks",
    "definition": "sensitivities by activation",
    "a": "the unpruned model beside the present settings",
    "ood": "all OOD sets",
}
"""What is shown where an address says something else of a setting that is none, by its key."""
WINDOW = "two ranks between 0 and 100, the lower first, as in `weights=0&weights=98`"
ONE_OF = "one of: {names}"
ONE_OF_MANY = "one of {count} names, as the page shows them"
NUMBER = "a number from {low} to {high}"
WHOLE = "a whole number from {low} to {high}"
HELD = "two windows and how ranks are taken, as the page writes it"
SETS = "keys of this experiment's OOD sets: {keys}"
