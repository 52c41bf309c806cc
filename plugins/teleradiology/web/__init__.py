"""The Flask application: thin over workflow."""

ROOT = "/teleradiology"  # where Orthanc hands requests to us; the routes of the application are below it
