"""JSON over HTTP for browsers and programs: parse, one domain call, answer."""
