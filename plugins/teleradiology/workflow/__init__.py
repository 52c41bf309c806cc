"""What happens, as straight lines, one transaction each."""
