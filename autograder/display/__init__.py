"""Shows a report: terminal, notebook, page, figures. Nothing here computes scores."""
