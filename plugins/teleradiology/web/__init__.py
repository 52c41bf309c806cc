"""The Flask application: thin over workflow."""
