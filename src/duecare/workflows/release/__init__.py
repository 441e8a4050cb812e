"""Release of information: from the request for records to their pickup."""
