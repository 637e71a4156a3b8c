"""The names of the rungs, strongest first: what a report calls the containment of its worker."""

LADDER = (
    "namespaces+landlock+seccomp",
    "landlock+seccomp",
    "namespaces+seccomp",
    "seccomp",
)
#: A plain process, with limits only; taken when it is asked for by this name, and never otherwise.
NONE = "none"
