import Columnar
import Foundation
import PythonUDF

/// Two ways of calling in turn, each for long enough that the watcher, which looks every 5 ms, does its work in it.
///
/// On a machine that others use too the time that passes says little about parts of a percent, so processor time counts.
struct DeadlineCost {
  /// Ratios, pair by pair: of the time that passed, and of what this thread and the whole process computed meanwhile.
  private(set) var time: [Double] = []
  private(set) var ofThread: [Double] = []
  private(set) var ofProcess: [Double] = []
  /// Seconds that a batch takes without a timeout.
  let batch: Double

  init(_ repetitions: Int, _ pool: UDFPool, _ batch: RecordBatch, _ timeouts: UDFTimeouts) throws {
    func call(_ count: Int, _ timeouts: UDFTimeouts) throws -> (time: Double, ofThread: Double, ofProcess: Double) {
      let began = (processor(CLOCK_THREAD_CPUTIME_ID), processor(CLOCK_PROCESS_CPUTIME_ID))
      let time = try seconds {
        for _ in 0..<count { _ = try pool.evaluateAndWait(0, batch, CallOptions(timeouts: timeouts)) }
      }
      return (time, processor(CLOCK_THREAD_CPUTIME_ID) - began.0, processor(CLOCK_PROCESS_CPUTIME_ID) - began.1)
    }
    _ = try call(20, UDFTimeouts())
    let count = max(20, Int(0.05 * 200 / (try call(200, UDFTimeouts()).time)))
    var plain: [Double] = []
    for _ in 0..<repetitions {
      let subject = try call(count, timeouts)
      let reference = try call(count, UDFTimeouts())
      time.append(subject.time / reference.time)
      ofThread.append(subject.ofThread / reference.ofThread)
      ofProcess.append(subject.ofProcess / reference.ofProcess)
      plain.append(reference.time / Double(count))
    }
    self.batch = median(plain)
  }
}

/// Seconds that a thread or the process has computed so far.
private func processor(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
