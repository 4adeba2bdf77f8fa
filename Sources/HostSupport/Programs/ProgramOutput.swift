#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What a program that was run to its end has written, and how it ended.
package struct ProgramOutput: Sendable {
  /// Nil when it took too long, and was ended for that.
  package let end: ProcessEnd?
  package let output, errors: [UInt8]

  /// Runs a program without standard input.
  ///
  /// - Parameter deadline: how long it may take.
  package init(
    of program: String, _ arguments: [String], environment: [String: String], deadline: Duration
  ) throws(SystemError) {
    let limit = ContinuousClock.now + deadline
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    let output = try PipeEnds()
    opened += [output.reading, output.writing]
    let errors = try PipeEnds()
    opened += [errors.reading, errors.writing]
    let process = try ChildProcess(
      program, arguments, environment: environment, descriptors: [nil, output.writing, errors.writing])
    // Ours would keep them open for ever.
    for descriptor in [output.writing, errors.writing] { close(descriptor) }
    opened = [output.reading, errors.reading]
    var texts: [[UInt8]] = [[], []]
    let isWhole = Self.read([output.reading, errors.reading], into: &texts, until: limit)
    (self.output, self.errors) = (texts[0], texts[1])
    var end = isWhole ? process.end() : nil
    // It has closed its output, so it is about to end. No call of every system waits for that and for a time.
    while end == nil, ContinuousClock.now < limit {
      usleep(200)
      end = process.end()
    }
    if end == nil {
      process.signal(SIGKILL)
      _ = process.wait()
    }
    self.end = end
  }

  /// - Returns: whether all of them came to their ends.
  private static func read(
    _ descriptors: [Int32], into texts: inout [[UInt8]], until limit: ContinuousClock.Instant
  ) -> Bool {
    // One that has ended is left out by a number below zero.
    var requests = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while requests.contains(where: { $0.fd >= 0 }) {
      let left = (limit - ContinuousClock.now) / .milliseconds(1)
      guard left > 0 else { return false }
      let ready = poll(&requests, nfds_t(requests.count), Int32(left.rounded(.up)))
      guard ready > 0 else {
        if ready < 0, errno != EINTR { return false }
        continue
      }
      for place in requests.indices where requests[place].revents != 0 {
        let piece = Bytes.readSome(1 << 16, from: requests[place].fd)
        texts[place] += piece
        if piece.isEmpty { requests[place].fd = -1 }
      }
    }
    return true
  }
}
