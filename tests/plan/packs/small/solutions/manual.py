print("manual")
