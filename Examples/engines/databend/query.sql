SELECT carrier, count() AS flights, round(avg(delay_score(dep_delay, arr_delay)), 2) AS score
FROM (VALUES ('EV', 52.0, 61.0), ('F9', 10.0, NULL), ('EV', -4.0, 7.0)) AS flights (carrier, dep_delay, arr_delay)
GROUP BY carrier ORDER BY carrier;
