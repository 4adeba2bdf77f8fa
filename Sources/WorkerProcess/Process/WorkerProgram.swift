internal import Essentials

/// The program that is started as a worker.
package struct WorkerProgram: Sendable, Hashable {
  package let path: String
  package let arguments: [String]

  package init(_ path: String, arguments: [String] = []) {
    self.path = path
    self.arguments = arguments
  }

  /// What both processes must agree in.
  package static let protocolVersion = 2
  /// The environment variable that tells a program to be a worker: the version of the protocol.
  package static let variable = "CLUTCH_WORKER_PROTOCOL"
  /// The environment variable that names the program.
  package static let pathVariable = "CLUTCH_WORKER"

  /// Finds the program: the path that was given, `CLUTCH_WORKER`, this program itself if it can be one, then `clutch-worker`
  /// or `clutch` beside it, in `../libexec/clutch`, and on `PATH`.
  ///
  /// - Parameter isOwn: whether this program asks at its start whether it is a worker.
  /// - Throws: `WorkerError` that says where was looked.
  package static func find(
    _ explicit: String?, isOwn: Bool, _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(WorkerError) -> WorkerProgram {
    let files = FileManager.default
    if let explicit {
      guard files.isExecutableFile(atPath: explicit) else {
        throw WorkerError("\(explicit), which was given as the program of the workers, cannot be run")
      }
      return WorkerProgram(explicit)
    }
    if let named = environment[pathVariable], !named.isEmpty {
      guard files.isExecutableFile(atPath: named) else {
        throw WorkerError("\(named), which \(pathVariable) names, cannot be run")
      }
      return WorkerProgram(named)
    }
    let own = ownPath
    if isOwn, let own { return WorkerProgram(own) }
    var candidates: [String] = []
    if let folder = own.map({ URL(fileURLWithPath: $0).deletingLastPathComponent() }) {
      candidates += ["clutch-worker", "clutch"].map { folder.appendingPathComponent($0).path }
      let library = folder.deletingLastPathComponent().appendingPathComponent("libexec/clutch")
      candidates += ["clutch-worker", "clutch"].map { library.appendingPathComponent($0).path }
    }
    for folder in (environment["PATH"] ?? "").split(separator: ":") { candidates.append("\(folder)/clutch") }
    for path in candidates where files.isExecutableFile(atPath: path) { return WorkerProgram(path) }
    throw WorkerError(
      """
      there is no program that can be a worker process: name one (CLUTCH_WORKER, or the option worker), install clutch \
      beside this program or on PATH, or let this program be its own worker: begin it with Clutch.runWorkerIfAsked()
      """)
  }

  /// The file of this program.
  private static var ownPath: String? {
    #if os(Linux)
      // Also where it has been replaced since: the kernel knows the file.
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).map {
        FileManager.default.isExecutableFile(atPath: $0) ? $0 : "/proc/self/exe"
      }
    #else
      Bundle.main.executablePath
    #endif
  }
}
