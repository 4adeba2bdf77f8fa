try RowPath.run()
