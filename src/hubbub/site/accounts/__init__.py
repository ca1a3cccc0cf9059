"""The standalone product's own people: user, workspace, invitations and their pages; no host has these."""
