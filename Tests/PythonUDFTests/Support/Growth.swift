/// By how much each round leaves a count higher than the round before: until one leaves it as it is, but for `noise`,
/// and for eight rounds at most.
///
/// What is loaded or cached for the first time makes a count grow once or twice, what is lost in every round. So the last
/// growth tells, and not the sum. A round must do a thing so often that losing it once each time is far more than noise.
///
/// - Parameter count: Does what a round does, and counts. Round 0 is what the first growth is measured from.
func growth(noise: Int64, _ count: (_ round: Int) async throws -> Int64) async throws -> [Int64] {
  var growth: [Int64] = []
  var before = try await count(0)
  repeat {
    let after = try await count(growth.count + 1)
    growth.append(after - before)
    before = after
  } while growth.count < 8 && abs(growth.last ?? 0) > noise
  return growth
}
