"""Field systems of the zone: working models of its devices on one clock."""
