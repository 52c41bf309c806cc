"""Running Orthanc with this extension in the foreground, and stopping it cleanly."""
