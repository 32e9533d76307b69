# At the desk: a code of the site's own, on the transfer switch's panel.
PANEL_PASSWORD=0600 panel ats unlock_code 48213
