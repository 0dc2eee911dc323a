"""State of a visit: in the session, in the address, and held as A."""
