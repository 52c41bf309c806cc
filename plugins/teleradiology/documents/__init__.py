"""What people receive: HTML, PDF, DICOM SR, HL7, FHIR."""
