import Foundation
import TestSupport
import Testing

@Suite struct FlightsTests {
  private struct Score: Decodable {
    let carrier: String
    let flights: Int
    let score: Double
  }

  @Test func `The example job gives what a plain Python script computes`() throws {
    let flights = try Checkout.path(".data/flights.csv")
    let clutch = try Clutch()
    let sql = """
      SELECT carrier, count(*) AS flights, avg(delay_score(dep_delay, arr_delay)) AS score
      FROM read_csv('\(flights)', nullstr = 'NA') GROUP BY ALL ORDER BY score DESC LIMIT 10
      """
    let example = try Checkout.path("Examples/flights/delays.py")
    let job = try clutch.run("sql", "--udf", example, sql, "--format", "json")
    #expect(job.status == .exited(0), "\(job)")
    #expect(job.errors.isEmpty)
    let plain = try RunningProgram(
      Checkout.environment() + "/bin/python", [Clutch.file("flight_scores.py"), flights], in: clutch.folder,
      environment: [:]
    ).end()
    #expect(plain.status == .exited(0), "\(plain)")
    let scores = try JSONDecoder().decode([Score].self, from: Data(job.output.utf8))
    let expected = try JSONDecoder().decode([Score].self, from: Data(plain.output.utf8))
    #expect(scores.count == 10)
    #expect(scores.map(\.carrier) == expected.map(\.carrier))
    #expect(scores.map(\.flights) == expected.map(\.flights))
    for (score, expected) in zip(scores, expected) {
      #expect(abs(score.score - expected.score) <= 1e-11 * expected.score, "\(score) \(expected)")
    }
  }

  /// An example of each kind of function, and the same in DuckDB's own SQL.
  private static let examples: [(file: String, sql: String, own: String)] = [
    (
      "airborne.py", "SELECT clock, sum(minutes) FROM flights f, airborne_each(f.dep_time, f.air_time) GROUP BY clock",
      """
      SELECT h % 24, sum(least(m + air_time, h * 60 + 60) - greatest(m, h * 60))
      FROM (SELECT dep_time // 100 * 60 + dep_time % 100 AS m, air_time FROM flights WHERE air_time > 0), range(0, 40) r(h)
      WHERE m + air_time > h * 60 AND m < h * 60 + 60 GROUP BY h % 24
      """
    ),
    (
      "typical.py", "SELECT carrier, typical(dep_delay) FROM flights GROUP BY carrier",
      "SELECT carrier, list_sort(list(dep_delay))[count(dep_delay) // 2 + 1] FROM flights WHERE dep_delay IS NOT NULL GROUP BY carrier"
    ),
    (
      "speeds.py",
      "SELECT origin, round(sum(speed(distance, air_time)), 3), round(sum(kilometres(distance)), 3) FROM flights GROUP BY origin",
      """
      SELECT origin, round(sum(distance * 1.609344::DOUBLE / air_time * 60), 3), round(sum(distance * 1.609344::DOUBLE), 3)
      FROM flights GROUP BY origin
      """
    ),
    (
      "airports.py",
      "SELECT city(dest), count(*) FROM (SELECT dest FROM flights LIMIT 3000) WHERE dest IN ('ATL', 'BOS', 'XYZ') GROUP BY ALL",
      "SELECT if(dest = 'ATL', 'Atlanta', 'Boston'), count(*) FROM (SELECT dest FROM flights LIMIT 3000) WHERE dest IN ('ATL', 'BOS') GROUP BY ALL"
    ),
  ]

  @Test(arguments: 0..<4) func `An example of each kind of function gives what SQL gives`(place: Int) throws {
    let example = Self.examples[place]
    let flights = "read_csv('\(try Checkout.path(".data/flights.csv"))', nullstr = 'NA')"
    let file = try Checkout.path("Examples/flights/\(example.file)")
    let clutch = try Clutch()
    let results = try [example.sql, example.own].map { sql in
      let end = try clutch.run(
        "sql", "--udf", file, "--format", "csv",
        "SELECT * FROM (\(sql.replacing("FROM flights", with: "FROM \(flights) AS flights").replacing("AS flights f", with: "AS f"))) ORDER BY ALL"
      )
      #expect(end.status == .exited(0), "\(end)")
      return end.output.split(separator: "\n").dropFirst()
    }
    #expect(results[0].count > 1)
    #expect(results[0].map { $0.replacing(".0", with: "") } == results[1].map { $0.replacing(".0", with: "") })
  }
}
