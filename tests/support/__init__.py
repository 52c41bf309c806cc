"""What several tests share: builders, fakes of the named interfaces, a real Orthanc to drive."""
