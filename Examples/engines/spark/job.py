from pyspark.sql import SparkSession

from served import delay_score

spark = SparkSession.builder.appName("delays").getOrCreate()
spark.udf.register("delay_score", delay_score)
flights = [("EV", 52.0, 61.0), ("F9", 10.0, None), ("EV", -4.0, 7.0)]
spark.createDataFrame(flights, "carrier string, dep_delay double, arr_delay double").createOrReplaceTempView("flights")
scores = spark.sql(
    "SELECT carrier, count(*), round(avg(delay_score(dep_delay, arr_delay)), 2) FROM flights GROUP BY carrier ORDER BY carrier"
)
for row in scores.collect():
    print(*row, sep="\t")
spark.stop()
