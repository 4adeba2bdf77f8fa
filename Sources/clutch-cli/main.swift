print("clutch")
