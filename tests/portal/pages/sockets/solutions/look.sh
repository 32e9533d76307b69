echo 8000
