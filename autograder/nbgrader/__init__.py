"""All that knows nbgrader: its gradebook, folders, commands and plugins."""
