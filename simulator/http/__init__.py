"""HTTP messages: requests, answers, routes and strict reading of JSON bodies."""
