"""Many submissions: processes, the journal, item analysis, the class page."""
