# At the desk: a password of the site's own, on the genset's panel.
PANEL_PASSWORD=SG6120 panel genset panel_password kiln-72-otter
