"""What a visitor has set: in the session, in the address, and held as A."""
