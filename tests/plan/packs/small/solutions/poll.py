print("poll")
