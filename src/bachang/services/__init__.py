"""Services of ordinary hosts: web applications, logins, mail, names."""
