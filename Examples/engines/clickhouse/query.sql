SELECT carrier, count() AS flights, round(avg(clutch_delay_score(dep_delay, arr_delay)), 2) AS score
FROM values('carrier String, dep_delay Nullable(Float64), arr_delay Nullable(Float64)',
            ('EV', 52, 61), ('F9', 10, NULL), ('EV', -4, 7))
GROUP BY carrier ORDER BY carrier
