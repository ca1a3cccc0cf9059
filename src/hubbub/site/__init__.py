"""The standalone product: a thin Django project that installs Hubbub's apps and adds accounts, settings and serving."""
