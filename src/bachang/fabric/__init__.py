"""A plan on one machine: namespaces, links, hosts, services, access and capture."""
