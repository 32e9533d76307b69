getent hosts server
