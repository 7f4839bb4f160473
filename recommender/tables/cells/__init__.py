"""What is written in cells: numbers, dates, order and missing values, told from texts; nothing here knows of tables."""
