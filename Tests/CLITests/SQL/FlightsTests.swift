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
}
