"""One network: quenched disorder, noise, integration."""
