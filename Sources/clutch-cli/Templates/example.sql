-- clutch sql --udf example.py -f example.sql
SELECT item, discounted(price, 25) AS price, whole_number(stock) AS stock
FROM (VALUES ('lamp', 80.0, '12 left'), ('chair', 120.0, 'sold out')) AS goods(item, price, stock);
