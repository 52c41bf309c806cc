"""What clients send and receive: requests are checked by these models, answers are described by them in the OpenAPI document."""
