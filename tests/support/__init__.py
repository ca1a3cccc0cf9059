"""What tests stand on: real servers, real clients. It knows only the contract, not the inside."""
