"""A reading room inside the PACS: worklist, assignment, reporting and delivery for teleradiology."""

__version__ = "0.1.0"
