"""The forms of task documents, one module each, all giving drafts."""
