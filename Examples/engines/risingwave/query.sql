CREATE TABLE flights (carrier VARCHAR, dep_delay DOUBLE PRECISION, arr_delay DOUBLE PRECISION);
CREATE MATERIALIZED VIEW scores AS
  SELECT carrier, count(*) AS flights, avg(delay_score(dep_delay, arr_delay)) AS score FROM flights GROUP BY carrier;
INSERT INTO flights VALUES ('EV', 52, 61), ('F9', 10, NULL), ('EV', -4, 7);
FLUSH;
SELECT carrier, flights, score FROM scores ORDER BY carrier;
