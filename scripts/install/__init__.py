"""What ./serve and ./test put on a machine: Debian packages, the Python environment, the front-end files and OHIF."""
