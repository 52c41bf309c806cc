"""Orthanc's shape turned into ours."""
