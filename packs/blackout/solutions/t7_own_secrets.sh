# Both panels: the genset's password, the transfer switch's code.
set -e
PANEL_PASSWORD=SG6120 panel genset panel_password kiln-72-otter
PANEL_PASSWORD=0600 panel ats unlock_code 48213
