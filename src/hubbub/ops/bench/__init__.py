"""`hubbub bench`: measures a served Hubbub from outside, by the public contract alone, beside a floor."""
